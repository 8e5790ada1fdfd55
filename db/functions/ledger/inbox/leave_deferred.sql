create or replace function ledger.leave_deferred(
    p_restaurant_id text,
    p_currency text,
    p_deferred_no bigint
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.leave_deferred(3)
 *     Lets an event wait no longer, and has its account know.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code; the caller has locked the account
 *     p_deferred_no    - the event
 * Writes: ledger.deferred_events, ledger.account_balances
 */
begin
    delete from ledger.deferred_events as d
    where d.restaurant_id = p_restaurant_id
        and d.deferred_no = p_deferred_no;
    if found then
        update ledger.account_balances as b
        set deferred_count = b.deferred_count - 1
        where b.restaurant_id = p_restaurant_id
            and b.currency = p_currency;
    end if;
end;
$function$;

comment on function ledger.leave_deferred(text, text, bigint)
is 'Lets an event wait no longer, and has its account know.';
