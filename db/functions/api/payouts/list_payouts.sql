create or replace function api.list_payouts(
    p_restaurant_id text default null,
    p_currency text default null,
    p_status text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    payout_id text,
    restaurant_id text,
    currency text,
    as_of date,
    amount bigint,
    status text,
    run_id text,
    created_at timestamptz,
    paid_at timestamptz,
    failed_at timestamptz,
    failure_reason text,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_payouts(5)
 *     Payouts, the newest as_of first.
 * Parameters:
 *     p_restaurant_id  - only of this restaurant
 *     p_currency       - only in this currency
 *     p_status         - only CREATED, PAID, FAILED or CANCELED
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
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
    v_currency text;
begin
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

    return query
    select
        p.payout_id,
        p.restaurant_id,
        p.currency,
        p.as_of,
        p.amount,
        p.status,
        p.run_id,
        p.created_at,
        p.paid_at,
        p.failed_at,
        p.failure_reason,
        ledger.write_cursor((p.as_of - date '1-01-01') || ' ' || p.payout_id)
    from ledger.payouts as p
    where (p_restaurant_id is null or p.restaurant_id = p_restaurant_id)
        and (v_currency is null or p.currency = v_currency)
        and (p_status is null or p.status = p_status)
        and (
            v_after is null
            or (p.as_of - date '1-01-01', p.payout_id)
            < (split_part(v_after, ' ', 1)::integer, split_part(v_after, ' ', 2))
        )
    order by p.as_of desc, p.payout_id desc
    limit v_limit;
end;
$function$;

comment on function api.list_payouts(text, text, text, integer, text)
is 'Payouts, the newest as_of first.';
