create or replace function ledger.write_payouts(
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
as $function$
/*
 * Function: ledger.write_payouts(6)
 *     Decides the payouts of some restaurants, each by itself, and writes them, each with its items
 *     and the entry that reserves its amount, or why there is none; all in one statement.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants; the caller has locked the accounts
 *     p_currency        - ISO 4217 code
 *     p_as_of           - the last settlement day to pay
 *     p_min_amount      - below this nothing is paid
 *     p_run_id          - the run; null in a dry run, which writes nothing
 *     p_now             - the clock
 * Returns:
 *     reason       - why restaurants are not paid; null: they are
 *     restaurants  - how many
 *     amount       - what they are paid, or could be, together
 * Calls:  ledger.create_payout
 * Writes: ledger.payouts, ledger.payout_items, ledger.payout_skips, ledger.ledger_entries
 */
begin
    perform set_config('cuenta.is_posting', 'on', true);
    -- A payout is held to be complete at the end of the statement that writes it.
    return query
    with created as materialized (
        select
            r.restaurant_id,
            r.payout_id,
            c.*
        from (
            select
                i.restaurant_id,
                'po_' || replace(gen_random_uuid()::text, '-', '') as payout_id
            from unnest(p_restaurant_ids) as i (restaurant_id)
        ) as r
        cross join lateral ledger.create_payout(
            r.restaurant_id, p_currency, p_as_of, p_min_amount, r.payout_id, p_now
        ) as c
    ),

    written as (
        select c.*
        from created as c
        where c.reason is null
            and p_run_id is not null
    ),

    payouts as (
        insert into ledger.payouts (
            amount, reserve_entry_seq, created_at, as_of, restaurant_id, currency, status,
            payout_id, run_id
        )
        select
            w.amount, (w.account).last_entry_seq + 1, p_now, p_as_of, w.restaurant_id, p_currency,
            'CREATED', w.payout_id, p_run_id
        from written as w
    ),

    items as (
        insert into ledger.payout_items (amount, entry_count, restaurant_id, payout_id, item_type)
        select i.amount, i.entry_count, i.restaurant_id, i.payout_id, i.item_type
        from written as w
        cross join lateral unnest(w.items) as i
    ),

    reserves as (
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, occurred_at, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type,
            payout_id
        )
        select
            (w.account).last_entry_seq + 1,
            w.amount,
            (w.account).balance - w.amount,
            (w.account).reserved + w.amount,
            p_now,
            greatest(p_now, (w.account).last_entry_at),
            w.today,
            p_as_of,
            p_as_of,
            w.restaurant_id,
            p_currency,
            'PAYOUT_RESERVE',
            w.payout_id
        from written as w
    ),

    skips as (
        insert into ledger.payout_skips (amount, restaurant_id, run_id, currency, reason)
        select c.amount, c.restaurant_id, p_run_id, p_currency, c.reason
        from created as c
        where c.reason is not null
            and p_run_id is not null
    )

    select
        c.reason,
        count(*)::integer,
        sum(c.amount)::bigint
    from created as c
    group by c.reason;
    perform set_config('cuenta.is_posting', 'off', true);
end;
$function$;

comment on function ledger.write_payouts(text[], text, date, bigint, text, timestamptz)
is 'Writes the payouts of some restaurants in a run.';
