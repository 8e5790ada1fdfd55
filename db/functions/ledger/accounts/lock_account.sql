create or replace function ledger.lock_account(p_restaurant_id text, p_currency text)
returns ledger.account_balances
language plpgsql
volatile
as $function$
/*
 * Function: ledger.lock_account(2)
 *     Locks a restaurant's account until the end of the transaction. Whoever writes entries holds
 *     this lock; it gives them their order.
 *
 *     The order of locks, for every writer:
 *     1. accounts, by (restaurant_id, currency); one that is missing is opened at its place. A
 *        single event that is plain locks its account by moving it: ledger.write_event;
 *     2. advisory locks on event ids, by number: ledger.lock_events, arrays only, because a single
 *        event claims one id and then waits for nothing;
 *     3. event ids, by insertion into ledger.processor_events.
 *     Restaurants' settings are read without a lock.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 * Returns:
 *     the account as it is under the lock; null if there is none
 * Locks:  ledger.account_balances, one row, for no key update
 */
declare
    v_account ledger.account_balances;
begin
    select b.*
    into v_account
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency
    for no key update;
    return v_account;
end;
$function$;

comment on function ledger.lock_account(text, text)
is 'Locks a restaurant''s account until the end of the transaction; says the order of all locks.';
