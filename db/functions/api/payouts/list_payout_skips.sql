create or replace function api.list_payout_skips(
    p_run_id text,
    p_reason text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    run_id text,
    restaurant_id text,
    currency text,
    as_of date,
    reason text,
    amount numeric,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_payout_skips(4)
 *     Whom a payout run has passed over, and why, reason by reason.
 * Parameters:
 *     p_run_id  - as it was started
 *     p_reason  - only for this reason
 *     p_limit   - the most rows, 1 to 500
 *     p_cursor  - continue after the row that had this cursor
 * Returns:
 *     a row a restaurant; amount: what could have been paid, in minor units
 * Raises:
 *     LBARG  the run is missing
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRUN  there is no such run
 * Calls:  ledger.require_limit, ledger.require_run, ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.payout_skips
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_run constant ledger.payout_runs := ledger.require_run(p_run_id);
    v_after constant text := ledger.read_cursor(
        p_cursor, '^[a-z_]{1,63} [A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'
    );
begin
    return query
    select
        k.run_id,
        k.restaurant_id,
        k.currency,
        v_run.as_of,
        k.reason,
        k.amount,
        ledger.write_cursor(k.reason || ' ' || k.restaurant_id)
    from ledger.payout_skips as k
    where k.run_id = p_run_id
        and (p_reason is null or k.reason = p_reason)
        and (
            v_after is null
            or (k.reason, k.restaurant_id)
            > (split_part(v_after, ' ', 1), split_part(v_after, ' ', 2))
        )
    order by k.reason, k.restaurant_id
    limit v_limit;
end;
$function$;

comment on function api.list_payout_skips(text, text, integer, text)
is 'Whom a payout run has passed over, and why.';
