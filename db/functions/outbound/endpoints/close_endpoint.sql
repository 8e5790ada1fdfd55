create or replace function outbound.close_endpoint(
    p_endpoint_id text,
    p_reason text,
    p_actor text,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: outbound.close_endpoint(4)
 *     Disables an endpoint, unless it is. A trigger tells the others.
 * Parameters:
 *     p_endpoint_id  - the endpoint
 *     p_reason       - gone, failing or by_hand
 *     p_actor        - who does
 *     p_now          - the clock
 * Writes: outbound.endpoints
 */
begin
    update outbound.endpoints as e
    set
        disabled_at = p_now,
        disabled_reason = p_reason,
        disabled_by = p_actor
    where e.endpoint_id = p_endpoint_id
        and e.disabled_at is null;
end;
$function$;

comment on function outbound.close_endpoint(text, text, text, timestamptz)
is 'Disables an endpoint.';
