create or replace function api.list_payout_runs(
    p_currency text default null,
    p_as_of date default null,
    p_is_finished boolean default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    restaurant_ids text[],
    overrides_terms boolean,
    started_by text,
    reason text,
    started_at timestamptz,
    finished_at timestamptz,
    is_finished boolean,
    last_restaurant_id text,
    payouts_created integer,
    payouts_amount numeric,
    restaurants_skipped integer,
    skipped jsonb,
    state text,
    is_queued boolean,
    attempts integer,
    next_attempt_at timestamptz,
    failed_at timestamptz,
    died_at timestamptz,
    error text,
    schedule_id text,
    due_at timestamptz,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_payout_runs(5)
 *     Payout runs, the newest first. Dry ones leave nothing to list.
 * Parameters:
 *     p_currency     - only in this currency
 *     p_as_of        - only for this day
 *     p_is_finished  - only those that are finished, or that are not
 *     p_limit        - the most rows, 1 to 500
 *     p_cursor       - continue after the row that had this cursor
 * Returns:
 *     a row a run; see api.get_payout_run
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.require_currency, ledger.read_cursor, ledger.write_cursor,
 *         ledger.describe_run
 * Reads:  ledger.payout_runs
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(p_cursor, '^[0-9]{1,17} run_[0-9a-f]{32}$');
    v_currency text;
begin
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;
    return query
    select
        d.*,
        -- Microseconds since 2000, which is how PostgreSQL keeps a moment: nothing is rounded.
        ledger.write_cursor(
            (extract(epoch from r.started_at - timestamptz '2000-01-01Z') * 1000000)::bigint
            || ' ' || r.run_id
        )
    from ledger.payout_runs as r
    cross join lateral ledger.describe_run(r) as d
    where (v_currency is null or r.currency = v_currency)
        and (p_as_of is null or r.as_of = p_as_of)
        and (p_is_finished is null or (r.finished_at is not null) = p_is_finished)
        and (
            v_after is null
            or (r.started_at, r.run_id) < (
                timestamptz '2000-01-01Z'
                + split_part(v_after, ' ', 1)::bigint * interval '1 microsecond',
                split_part(v_after, ' ', 2)
            )
        )
    order by r.started_at desc, r.run_id desc
    limit v_limit;
end;
$function$;

comment on function api.list_payout_runs(text, date, boolean, integer, text)
is 'Payout runs, the newest first.';
