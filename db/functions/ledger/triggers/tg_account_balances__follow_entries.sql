create or replace function ledger.tg_account_balances__follow_entries()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: ledger.tg_account_balances__follow_entries(0)
 *     Lets an account move to what its last entry says, and nowhere else, whoever updates it: the
 *     entry is a newer one, on a day that was open, and the three balances after it are the
 *     account's, none that is kept negative. Has told that it comes to owe.
 * Raises:
 *     LXBAL  the account would differ from its last entry
 * Calls:  outbound.tell_debt
 * Reads:  ledger.ledger_entries
 */
begin
    perform
    from ledger.ledger_entries as e
    where e.restaurant_id = new.restaurant_id
        and e.currency = new.currency
        and e.entry_seq = new.last_entry_seq
        and e.balance_after = new.balance
        and e.reserved_after = new.reserved
        and coalesce(e.held_after, 0) = new.held
        and e.recorded_at = new.last_entry_at
        and e.settlement_day > old.closed_through
        and e.entry_seq > old.last_entry_seq;
    if found and least(new.reserved, new.held) >= 0 then
        -- Here, and not by a trigger with a condition: that would cost each event 30,000
        -- instructions, to read the condition anew in every statement.
        if new.balance < 0 and old.balance >= 0 then
            perform outbound.tell_debt(old, new, clock_timestamp());
        end if;
        return new;
    end if;
    raise exception 'the account of % in % moves with its entries only',
        old.restaurant_id, old.currency
        using errcode = 'LXBAL', constraint = 'BALANCE_NOT_FROM_ENTRIES',
            detail = format('restaurant_id=%s, currency=%s', old.restaurant_id, old.currency),
            hint = 'Money is moved by the functions of schema api.';
end;
$function$;

comment on function ledger.tg_account_balances__follow_entries()
is 'Lets an account move to what its last entry says, and nowhere else.';
