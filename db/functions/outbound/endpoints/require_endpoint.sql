create or replace function outbound.require_endpoint(p_endpoint_id text)
returns outbound.endpoints
language plpgsql
volatile
as $function$
/*
 * Function: outbound.require_endpoint(1)
 *     An endpoint that must be there, locked until the transaction ends.
 * Parameters:
 *     p_endpoint_id  - as set_webhook_endpoint answered it
 * Returns:
 *     its row
 * Raises:
 *     LBARG  the argument is missing
 *     LNEND  there is no such endpoint
 * Reads:  outbound.endpoints
 * Locks:  the endpoint
 */
declare
    v_endpoint outbound.endpoints;
begin
    if p_endpoint_id is null then
        raise exception 'endpoint_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=endpoint_id';
    end if;
    select e.*
    into v_endpoint
    from outbound.endpoints as e
    where e.endpoint_id = p_endpoint_id
    for no key update;
    if not found then
        raise exception 'there is no endpoint %', left(p_endpoint_id, 64)
            using errcode = 'LNEND', constraint = 'ENDPOINT_NOT_FOUND',
                detail = format('endpoint_id=%s', left(p_endpoint_id, 64));
    end if;
    return v_endpoint;
end;
$function$;

comment on function outbound.require_endpoint(text)
is 'An endpoint that must be there, locked.';
