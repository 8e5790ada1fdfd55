create or replace function ledger.write_payouts(
    p_restaurant_ids text[],
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_overrides_terms boolean,
    p_run_id text,
    p_timezones text[],
    p_now timestamptz
)
returns table (reason text, restaurants integer, amount numeric)
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_payouts(8)
 *     Decides the payouts of some restaurants, each by itself, and writes them, each with its items
 *     and the entry that reserves its amount, or why there is none; all in one statement, at whose
 *     end a payout is held to be complete.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants; the caller has locked the accounts
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount, p_overrides_terms, p_timezones, p_now  - as of ledger.decide_payout
 *     p_run_id          - the run; null in a dry run, which writes nothing
 * Returns:
 *     reason       - why restaurants are not paid; null: they are
 *     restaurants  - how many
 *     amount       - what they are paid, or could be, together
 * Calls:  ledger.decide_payout, ledger.derive_payout_id
 * Writes: ledger.payouts, ledger.payout_items, ledger.payout_skips, ledger.ledger_entries
 */
begin
    return query
    with decided as materialized (
        select
            r.restaurant_id,
            c.*
        from unnest(p_restaurant_ids) as r (restaurant_id)
        cross join lateral ledger.decide_payout(
            r.restaurant_id, p_currency, p_as_of, p_min_amount, p_overrides_terms, p_timezones,
            p_now
        ) as c
    ),

    paid as materialized (
        select
            c.*,
            ledger.derive_payout_id(c.restaurant_id, p_currency, p_as_of) as payout_id,
            (c.account).last_entry_seq + 1 as entry_seq
        from decided as c
        where c.reason is null
            and p_run_id is not null
    ),

    payouts as (
        insert into ledger.payouts (
            amount, reserve_entry_seq, created_at, as_of, restaurant_id, currency, status,
            payout_id, run_id
        )
        select
            w.amount, w.entry_seq, p_now, p_as_of, w.restaurant_id, p_currency, 'CREATED',
            w.payout_id, p_run_id
        from paid as w
    ),

    items as (
        insert into ledger.payout_items (amount, entry_count, restaurant_id, payout_id, item_type)
        select i.amount, i.entry_count, w.restaurant_id, w.payout_id, i.item_type
        from paid as w
        cross join lateral jsonb_to_recordset(w.items)
        as i (item_type text, amount bigint, entry_count bigint)
    ),

    reserves as (
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, held_after, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type,
            payout_id
        )
        select
            w.entry_seq,
            w.amount,
            (w.account).balance - w.amount,
            (w.account).reserved + w.amount,
            nullif((w.account).held, 0),
            greatest(p_now, (w.account).last_entry_at),
            w.today,
            p_as_of,
            p_as_of,
            w.restaurant_id,
            p_currency,
            'PAYOUT_RESERVE',
            w.payout_id
        from paid as w
    ),

    skips as (
        insert into ledger.payout_skips (amount, restaurant_id, run_id, currency, reason)
        select c.amount, c.restaurant_id, p_run_id, p_currency, c.reason
        from decided as c
        where c.reason is not null
            and p_run_id is not null
    )

    select
        c.reason,
        count(*)::integer,
        sum(c.amount)
    from decided as c
    group by c.reason;
end;
$function$;

comment on function
ledger.write_payouts(text[], text, date, bigint, boolean, text, text[], timestamptz)
is 'Writes the payouts of some restaurants in a run.';
