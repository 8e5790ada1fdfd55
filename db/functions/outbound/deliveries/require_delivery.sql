create or replace function outbound.require_delivery(p_delivery_id bigint)
returns outbound.deliveries
language plpgsql
volatile
as $function$
/*
 * Function: outbound.require_delivery(1)
 *     A delivery that must be there, locked until the transaction ends.
 * Parameters:
 *     p_delivery_id  - as list_deliveries tells
 * Returns:
 *     its row
 * Raises:
 *     LNDEL  there is no such delivery
 * Reads:  outbound.deliveries
 * Locks:  the delivery
 */
declare
    v_delivery outbound.deliveries;
begin
    select d.*
    into v_delivery
    from outbound.deliveries as d
    where d.delivery_no = p_delivery_id
    for no key update;
    if not found then
        raise exception 'there is no delivery %', p_delivery_id
            using errcode = 'LNDEL', constraint = 'DELIVERY_NOT_FOUND',
                detail = format('delivery_id=%s', p_delivery_id);
    end if;
    return v_delivery;
end;
$function$;

comment on function outbound.require_delivery(bigint)
is 'A delivery that must be there, locked.';
