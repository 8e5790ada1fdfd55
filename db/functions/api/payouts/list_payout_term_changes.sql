create or replace function api.list_payout_term_changes(
    p_restaurant_id text,
    p_currency text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    currency text,
    changed_at timestamptz,
    changed_by text,
    reason text,
    old_terms jsonb,
    new_terms jsonb,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_payout_term_changes(4)
 *     Who changed a restaurant's payout terms or paused its payouts, when, why, and from what to
 *     what; the newest first.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - only in this currency, in either case
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row a change, with the terms that it changed and no others
 * Raises:
 *     LBARG  the restaurant is missing
 *     LBCUR  the cursor is not one of this list
 *     LBLIM  the limit is out of range
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.require_restaurant,
 *         ledger.require_currency, ledger.write_cursor
 * Reads:  ledger.payout_term_changes
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
    v_currency text;
begin
    perform ledger.require_restaurant(p_restaurant_id);
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;
    return query
    select
        h.currency,
        h.changed_at,
        h.changed_by,
        h.reason,
        h.old_terms,
        h.new_terms,
        ledger.write_cursor(h.change_no::text)
    from ledger.payout_term_changes as h
    where h.restaurant_id = p_restaurant_id
        and (v_currency is null or h.currency = v_currency)
        and (v_after is null or h.change_no < v_after)
    order by h.change_no desc
    limit v_limit;
end;
$function$;

comment on function api.list_payout_term_changes(text, text, integer, text)
is 'Who changed a restaurant''s payout terms, when, why, and from what to what.';
