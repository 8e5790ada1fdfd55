create or replace function api.list_restaurants(
    p_closed boolean default null,
    p_payouts_paused boolean default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    restaurant_id text,
    timezone text,
    day_close_hour smallint,
    settlement_delay_days smallint,
    payouts_paused boolean,
    closed boolean,
    closed_at timestamptz,
    created_at timestamptz,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.list_restaurants(4)
 *     Restaurants with their settings, by their ids. Planned for the arguments it has, so that an
 *     index gives the page.
 * Parameters:
 *     p_closed          - only those that are closed, or that are not
 *     p_payouts_paused  - only those whose payouts are paused, or are not
 *     p_limit           - the most rows, 1 to 500
 *     p_cursor          - continue after the row that had this cursor
 * Returns:
 *     a row a restaurant; see api.get_restaurant
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.restaurants
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(p_cursor, '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$');
begin
    return query
    select
        r.restaurant_id,
        r.timezone,
        r.day_close_hour,
        r.settlement_delay_days,
        r.is_payouts_paused,
        r.closed_at is not null,
        r.closed_at,
        r.created_at,
        ledger.write_cursor(r.restaurant_id)
    from ledger.restaurants as r
    where (p_closed is null or (r.closed_at is not null) = p_closed)
        and (p_payouts_paused is null or r.is_payouts_paused = p_payouts_paused)
        and (v_after is null or r.restaurant_id > v_after)
    order by r.restaurant_id
    limit v_limit;
end;
$function$;

comment on function api.list_restaurants(boolean, boolean, integer, text)
is 'Restaurants with their settings, by their ids.';
