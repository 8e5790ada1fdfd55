create or replace function api.get_own(
    p_key_digest bytea,
    p_function text,
    p_arguments jsonb default '{}'
)
returns table (answer json, cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_own(3)
 *     What a restaurant's own key reads: a function of this schema, with that restaurant. The only
 *     function that cuenta_restaurant may call, so that a mistake of the service shows nobody what
 *     is somebody else's. Whether the key is still valid is looked up each time.
 * Parameters:
 *     p_key_digest  - SHA-256 of the whole key
 *     p_function    - the function, without its schema
 *     p_arguments   - its arguments, as texts, by name; the restaurant may be left out
 * Returns:
 *     a row for each of the function's: as JSON, and its cursor if it has one
 * Raises:
 *     LAKEY  the key is not known, or not any more
 *     LBOWN  the function takes no such argument
 *     LFOWN  the key is bound to no restaurant, or to another one, or may not call this function
 *     LNPAY  there is no such payout of this restaurant
 * Calls:  access.require_own_key, access.require_own_arguments, access.read_own
 * Reads:  access.api_keys, what the function reads
 * Locks:  none
 */
declare
    v_restaurant_id constant text := access.require_own_key(p_key_digest, clock_timestamp());
    v_arguments constant jsonb
    := access.require_own_arguments(v_restaurant_id, p_function, p_arguments);
begin
    return query
    select r.answer, r.cursor
    from access.read_own(p_function, v_arguments) as r;
end;
$function$;

comment on function api.get_own(bytea, text, jsonb)
is 'What a restaurant''s own key reads: for the service.';
