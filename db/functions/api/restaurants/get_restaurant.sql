create or replace function api.get_restaurant(p_restaurant_id text)
returns table (
    restaurant_id text,
    timezone text,
    day_close_hour smallint,
    settlement_delay_days smallint,
    payouts_paused boolean,
    closed boolean,
    closed_at timestamptz,
    created_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_restaurant(1)
 *     A restaurant with its settings, named as api.set_restaurant takes them.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 * Returns:
 *     one row; closed_at: since when it is closed
 * Raises:
 *     LBARG  the restaurant's id is missing
 *     LNRES  the restaurant is not known
 * Calls:  ledger.require_restaurant
 * Locks:  none
 */
declare
    v_restaurant constant ledger.restaurants := ledger.require_restaurant(p_restaurant_id);
begin
    return query
    select
        v_restaurant.restaurant_id, v_restaurant.timezone, v_restaurant.day_close_hour,
        v_restaurant.settlement_delay_days, v_restaurant.is_payouts_paused,
        v_restaurant.closed_at is not null, v_restaurant.closed_at, v_restaurant.created_at;
end;
$function$;

comment on function api.get_restaurant(text)
is 'A restaurant with its settings.';
