create or replace function api.disable_webhook_endpoint(
    p_endpoint_id text,
    p_actor text default null
)
returns outbound.endpoint_state
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.disable_webhook_endpoint(2)
 *     Stops sending to an endpoint. What it would be told is kept, and sent once it is enabled;
 *     one that is to hear nothing any more is given no types by set_webhook_endpoint.
 * Parameters:
 *     p_endpoint_id  - the endpoint; one that is disabled already is left as it is
 *     p_actor        - who does it; null: the login
 * Returns:
 *     the endpoint as it is now
 * Raises:
 *     LBARG  an argument is missing
 *     LNEND  there is no such endpoint
 *     LUACT  the actor is no name
 * Calls:  ledger.require_actor, outbound.require_endpoint, outbound.close_endpoint,
 *         outbound.describe_endpoint
 * Writes: outbound.endpoints
 * Locks:  the endpoint
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
begin
    perform outbound.require_endpoint(p_endpoint_id);
    perform outbound.close_endpoint(
        p_endpoint_id, 'by_hand', v_actor, clock_timestamp()
    );
    return outbound.describe_endpoint(outbound.require_endpoint(p_endpoint_id));
end;
$function$;

comment on function api.disable_webhook_endpoint(text, text)
is 'Stops sending to an endpoint.';
