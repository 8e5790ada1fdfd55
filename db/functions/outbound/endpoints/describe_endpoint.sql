create or replace function outbound.describe_endpoint(p_endpoint outbound.endpoints)
returns outbound.endpoint_state
language sql
immutable
as $function$
/*
 * Function: outbound.describe_endpoint(1)
 *     Whether an endpoint is sent to, as callers see it.
 * Parameters:
 *     p_endpoint  - the endpoint
 * Returns:
 *     one row
 */
    select
        p_endpoint.endpoint_id,
        p_endpoint.url,
        p_endpoint.disabled_at is null,
        p_endpoint.disabled_at,
        p_endpoint.disabled_reason,
        p_endpoint.disabled_by;
$function$;

comment on function outbound.describe_endpoint(outbound.endpoints)
is 'Whether an endpoint is sent to, as callers see it.';
