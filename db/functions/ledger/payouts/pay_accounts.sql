create or replace function ledger.pay_accounts(
    p_restaurant_ids text[],
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_run_id text,
    p_now timestamptz,
    p_overrides_terms boolean default false
)
returns table (reason text, restaurants integer, amount numeric)
language plpgsql
volatile
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set plan_cache_mode = force_generic_plan
as $function$
/*
 * Function: ledger.pay_accounts(7)
 *     The payouts of some restaurants in a run, in a handful of statements: decides and writes
 *     them, then lets the accounts follow.
 * Parameters:
 *     p_restaurant_ids   - the platform's ids of the restaurants, whose accounts are locked
 *     p_currency         - ISO 4217 code
 *     p_as_of            - the last settlement day to pay
 *     p_min_amount       - below this nothing is paid
 *     p_run_id           - the run; null in a dry run, which writes nothing
 *     p_now              - the clock
 *     p_overrides_terms  - an operator pays by hand; see ledger.decide_payout
 * Returns:
 *     reason       - why restaurants are not paid; null: they are
 *     restaurants  - how many
 *     amount       - what they are paid, or could be, together
 * Calls:  ledger.known_timezones, ledger.write_payouts, ledger.derive_payout_id
 * Reads:  ledger.restaurants, ledger.ledger_entries
 * Writes: ledger.account_balances
 */
declare
    -- Planned with the settings above, so once, and to look each row up by its key.
    v_timezones constant text[] := ledger.known_timezones(
        array(
            select distinct s.timezone
            from unnest(p_restaurant_ids) as r (restaurant_id)
            inner join ledger.restaurants as s on r.restaurant_id = s.restaurant_id
        )
    );
begin
    return query
    select w.*
    from ledger.write_payouts(
        p_restaurant_ids, p_currency, p_as_of, p_min_amount, p_overrides_terms, p_run_id,
        v_timezones, p_now
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
        and e.entry_seq = b.last_entry_seq + 1
        and e.payout_id = ledger.derive_payout_id(r.restaurant_id, p_currency, p_as_of);
end;
$function$;

comment on function ledger.pay_accounts(text[], text, date, bigint, text, timestamptz, boolean)
is 'The payouts of some restaurants in a run.';
