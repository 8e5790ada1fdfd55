create or replace function ledger.lock_account(
    p_restaurant_id text,
    p_currency text,
    p_event_type text default null,
    p_payout_status text default null
)
returns ledger.account_state
language plpgsql
volatile
as $function$
/*
 * Function: ledger.lock_account(4)
 *     Locks a restaurant's account until the end of the transaction. Whoever writes entries holds
 *     this lock; it gives them their order.
 *
 *     The order of locks, for every writer:
 *     1. accounts, by (restaurant_id, currency); one that is missing is opened at its place;
 *     2. advisory locks on event ids, by number: ledger.lock_events, arrays only, because a single
 *        event claims one id and then waits for nothing;
 *     3. event ids, by insertion into ledger.processor_events.
 *     Restaurants' settings are read without a lock.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_event_type     - with the posting rule for this event type,
 *     p_payout_status  - and this status of the payout, NONE if it is about none
 * Returns:
 *     the account as it is under the lock, with its restaurant's settings and the posting rule, in
 *     one statement because each costs; null if there is no account
 * Reads:  ledger.restaurants, ledger.posting_rules
 * Locks:  ledger.account_balances, one row, for no key update
 */
declare
    v_account ledger.account_state;
begin
    select
        b.restaurant_id,
        b.currency,
        b.balance,
        b.reserved,
        b.last_entry_seq,
        b.last_entry_at,
        b.closed_through,
        s.timezone,
        s.day_close_hour,
        s.settlement_delay_days,
        s.is_payouts_paused,
        r.payout_status,
        r.amount_entry,
        r.amount_balance_effect,
        r.amount_reserved_effect,
        r.fee_entry,
        r.fee_balance_effect,
        r.fee_reserved_effect,
        r.is_delayed
    into v_account
    from ledger.account_balances as b
    inner join ledger.restaurants as s on b.restaurant_id = s.restaurant_id
    left join ledger.posting_rules as r
        on r.event_type = p_event_type and r.payout_status = p_payout_status
    where b.restaurant_id = p_restaurant_id
        and b.currency = p_currency
    for no key update of b;
    return v_account;
end;
$function$;

comment on function ledger.lock_account(text, text, text, text)
is 'Locks a restaurant''s account until the end of the transaction; says the order of all locks.';
