create or replace function api.list_payouts(
    p_restaurant_id text default null,
    p_currency text default null,
    p_status text default null,
    p_limit integer default 50,
    p_cursor text default null,
    p_run_id text default null,
    p_as_of date default null,
    p_newest_first boolean default true,
    p_external_id text default null,
    p_submitted_by text default null,
    p_is_confirmed boolean default null
)
returns table (
    payout_id text, restaurant_id text, currency text, as_of date, amount bigint, status text,
    run_id text, created_at timestamptz, paid_at timestamptz, failed_at timestamptz,
    canceled_at timestamptz, failure_code text, failure_reason text, submitted_at timestamptz,
    submitted_by text, external_id text, confirmed_at timestamptz, confirmed_by text, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.list_payouts(11)
 *     Payouts, the newest as_of first. Says so in a notice where it leaves some out; the view
 *     reporting.payouts has all. Planned for the arguments it has, so that an index gives the page.
 * Parameters:
 *     p_restaurant_id, p_currency, p_status, p_run_id, p_as_of  - only these; a status is CREATED,
 *                        PAID, FAILED or CANCELED
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 *     p_newest_first   - false: the oldest as_of first
 *     p_external_id    - only the one that has this id at the bank or the processor
 *     p_submitted_by   - only those that this disburser has claimed
 *     p_is_confirmed   - only those that the bank or the processor has, or has not yet
 * Returns:
 *     a row a payout; amounts in minor units
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUSTA  the status is not one of a payout
 * Calls:  ledger.require_limit, ledger.require_restaurant, ledger.require_currency,
 *         ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.payouts
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(p_cursor, '^[0-9]{1,7} po_[0-9a-f]{32}$');
    v_day constant date := date '0001-01-01' + split_part(v_after, ' ', 1)::integer;
    v_payout_id constant text := split_part(v_after, ' ', 2);
    v_currency text;
    v_rows integer := 0;
begin
    p_newest_first := coalesce(p_newest_first, true);
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;
    if p_status not in ('CREATED', 'PAID', 'FAILED', 'CANCELED') then
        raise exception 'a payout is never %', quote_literal(left(p_status, 20))
            using errcode = 'LUSTA', constraint = 'PAYOUT_STATUS_UNKNOWN',
                detail = format('status=%s', left(p_status, 20)),
                hint = 'CREATED, PAID, FAILED or CANCELED.';
    end if;

    for
        payout_id, restaurant_id, currency, as_of, amount, status, run_id, created_at, paid_at,
        failed_at, canceled_at, failure_code, failure_reason, submitted_at, submitted_by,
        external_id, confirmed_at, confirmed_by
    in
        select
            p.payout_id, p.restaurant_id, p.currency, p.as_of, p.amount, p.status, p.run_id,
            p.created_at, p.paid_at, p.failed_at, p.canceled_at, p.failure_code,
            p.failure_reason, p.submitted_at, p.submitted_by, p.external_id, p.confirmed_at,
            p.confirmed_by
        from ledger.payouts as p
        where (p_restaurant_id is null or p.restaurant_id = p_restaurant_id)
            and (v_currency is null or p.currency = v_currency)
            and (p_status is null or p.status = p_status)
            and (p_run_id is null or p.run_id = p_run_id)
            and (p_as_of is null or p.as_of = p_as_of)
            and (p_external_id is null or p.external_id = p_external_id)
            and (p_submitted_by is null or p.submitted_by = p_submitted_by)
            and (p_is_confirmed is null or (p.confirmed_at is not null) = p_is_confirmed)
            and case
                when v_after is null then true
                when p_newest_first then (p.as_of, p.payout_id) < (v_day, v_payout_id)
                else (p.as_of, p.payout_id) > (v_day, v_payout_id)
            end
        order by
            case when p_newest_first then p.as_of end desc,
            case when p_newest_first then p.payout_id end desc,
            case when not p_newest_first then p.as_of end asc,
            case when not p_newest_first then p.payout_id end asc
        limit v_limit + 1
    loop
        v_rows := v_rows + 1;
        if v_rows > v_limit then
            raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor', v_limit;
            exit;
        end if;
        cursor := ledger.write_cursor((as_of - date '0001-01-01') || ' ' || payout_id);
        return next;
    end loop;
end;
$function$;

comment on function api.list_payouts(
    text, text, text, integer, text, text, date, boolean, text, text, boolean
)
is 'Payouts, the newest as_of first.';
