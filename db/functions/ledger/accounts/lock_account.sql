create or replace function ledger.lock_account(p_restaurant_id text, p_currency text)
returns boolean
language plpgsql
volatile
as $function$
/*
 * Function: ledger.lock_account(2)
 *     Locks a restaurant's account until the end of the transaction. Whoever writes entries holds
 *     this lock; it gives them their order. ledger.post_event says the order of all locks.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 * Returns:
 *     whether there is such an account
 * Locks:  ledger.account_balances, one row, for no key update
 */
begin
    perform
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency
    for no key update;
    return found;
end;
$function$;

comment on function ledger.lock_account(text, text)
is 'Locks a restaurant''s account until the end of the transaction.';
