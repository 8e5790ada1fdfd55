create or replace function ledger.create_payouts(
    p_restaurant_ids text[],
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_run_id text,
    p_now timestamptz
)
returns table (reason text, restaurants integer, amount bigint)
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $function$
/*
 * Function: ledger.create_payouts(6)
 *     The payouts of some restaurants in a run, in a handful of statements: locks their accounts,
 *     decides and writes their payouts, then lets the accounts follow.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount      - below this nothing is paid
 *     p_run_id          - the run; null in a dry run, which writes nothing
 *     p_now             - the clock
 * Returns:
 *     reason       - why restaurants are not paid; null: they are
 *     restaurants  - how many
 *     amount       - what they are paid, or could be, together
 * Calls:  ledger.write_payouts
 * Reads:  ledger.ledger_entries
 * Writes: ledger.account_balances
 * Locks:  ledger.account_balances, one row a restaurant in key order; see ledger.lock_account
 */
begin
    -- Planned with the settings above, so once, and to look each row up by its key. The locks in a
    -- statement of their own: one that waits goes on with what was there before, while the next one
    -- sees the accounts, and a pause of payouts, as they are now.
    perform
    from unnest(p_restaurant_ids) as r (restaurant_id)
    inner join ledger.account_balances as b on r.restaurant_id = b.restaurant_id
    where b.currency = p_currency
    order by b.restaurant_id
    for no key update of b;

    return query
    select w.*
    from ledger.write_payouts(
        p_restaurant_ids, p_currency, p_as_of, p_min_amount, p_run_id, p_now
    ) as w;

    -- An account that was paid has an entry more than it knows of.
    update ledger.account_balances as b
    set
        balance = e.balance_after,
        reserved = e.reserved_after,
        last_entry_seq = e.entry_seq,
        last_entry_at = e.recorded_at,
        closed_through = e.settlement_day
    from unnest(p_restaurant_ids) as r (restaurant_id)
    inner join ledger.ledger_entries as e on r.restaurant_id = e.restaurant_id
    where b.restaurant_id = e.restaurant_id
        and b.currency = p_currency
        and e.currency = p_currency
        and e.entry_seq = b.last_entry_seq + 1;
end;
$function$;

comment on function ledger.create_payouts(text[], text, date, bigint, text, timestamptz)
is 'The payouts of some restaurants in a run.';
