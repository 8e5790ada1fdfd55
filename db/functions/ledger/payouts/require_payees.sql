create or replace function ledger.require_payees(p_restaurant_ids text[])
returns text[]
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_payees(1)
 *     Checks for whom a run is to be.
 * Parameters:
 *     p_restaurant_ids  - the platform's ids of the restaurants; null: all
 * Returns:
 *     them, sorted and each once
 * Raises:
 *     LBIDS  it has a null in it, or is too long
 *     LNRES  a restaurant is not known
 * Calls:  ledger.require_restaurant
 * Reads:  ledger.restaurants
 */
declare
    v_unknown text;
begin
    if p_restaurant_ids is null then
        return null;
    elsif cardinality(p_restaurant_ids) > 10000
        or array_ndims(p_restaurant_ids) > 1
        or exists (
            select
            from unnest(p_restaurant_ids) as u (restaurant_id)
            where u.restaurant_id is null
        )
    then
        raise exception 'restaurant_ids must be a list of at most 10000 ids, none of them null'
            using errcode = 'LBIDS', constraint = 'RESTAURANT_IDS_INVALID',
                detail = format('restaurant_ids=%s', cardinality(p_restaurant_ids)),
                hint = 'Leave it out to pay every restaurant.';
    end if;
    select min(u.restaurant_id collate "C")
    into v_unknown
    from unnest(p_restaurant_ids) as u (restaurant_id)
    where not exists (
        select
        from ledger.restaurants as s
        where s.restaurant_id = u.restaurant_id
    );
    if v_unknown is not null then
        perform ledger.require_restaurant(v_unknown);
    end if;
    return array(
        select distinct u.restaurant_id collate "C"
        from unnest(p_restaurant_ids) as u (restaurant_id)
        order by 1
    );
end;
$function$;

comment on function ledger.require_payees(text[])
is 'Checks for whom a run is to be.';
