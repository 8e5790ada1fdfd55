create or replace function api.enable_webhook_endpoint(
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
 * Function: api.enable_webhook_endpoint(2)
 *     Sends to an endpoint again: what was kept for it meanwhile, and what comes. What had failed
 *     for good stays so; see recover_endpoint.
 * Parameters:
 *     p_endpoint_id  - the endpoint; one that is enabled already is left as it is
 *     p_actor        - who does it; null: the login
 * Returns:
 *     the endpoint as it is now
 * Raises:
 *     LBARG  an argument is missing
 *     LNEND  there is no such endpoint
 *     LUACT  the actor is no name
 * Calls:  ledger.require_actor, outbound.require_endpoint,
 *         outbound.describe_endpoint
 * Writes: outbound.endpoints
 * Locks:  the endpoint
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
begin
    perform outbound.require_endpoint(p_endpoint_id);
    update outbound.endpoints as e
    set
        disabled_at = null,
        disabled_reason = null,
        disabled_by = null,
        failing_since = null,
        changed_at = clock_timestamp(),
        changed_by = v_actor
    where e.endpoint_id = p_endpoint_id
        and e.disabled_at is not null;
    return outbound.describe_endpoint(outbound.require_endpoint(p_endpoint_id));
end;
$function$;

comment on function api.enable_webhook_endpoint(text, text)
is 'Sends to an endpoint again.';
