create or replace function ledger.require_restaurant(p_restaurant_id text)
returns ledger.restaurants
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_restaurant(1)
 *     The restaurant that an argument names.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 * Returns:
 *     its row
 * Raises:
 *     LBARG  the argument is missing
 *     LNRES  there is no such restaurant
 * Reads:  ledger.restaurants
 */
declare
    v_restaurant ledger.restaurants;
begin
    if p_restaurant_id is null then
        raise exception 'restaurant_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=restaurant_id';
    end if;
    select r.*
    into v_restaurant
    from ledger.restaurants as r
    where r.restaurant_id = p_restaurant_id;

    if not found then
        raise exception 'restaurant % does not exist', quote_literal(left(p_restaurant_id, 64))
            using errcode = 'LNRES', constraint = 'RESTAURANT_NOT_FOUND',
                detail = format('restaurant_id=%s', left(p_restaurant_id, 64)),
                hint = 'A restaurant is registered by its first event or by set_restaurant.';
    end if;
    return v_restaurant;
end;
$function$;

comment on function ledger.require_restaurant(text)
is 'The restaurant that an argument names.';
