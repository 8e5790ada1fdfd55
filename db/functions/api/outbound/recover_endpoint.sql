create or replace function api.recover_endpoint(
    p_endpoint_id text,
    p_since timestamptz,
    p_actor text default null
)
returns table (endpoint_id text, since timestamptz, deliveries bigint)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.recover_endpoint(3)
 *     Has everything sent again that an endpoint has not got since a moment: what failed for good,
 *     and, at once, what waits for its next attempt. What was delivered is not sent again; see
 *     resend_delivery.
 * Parameters:
 *     p_endpoint_id  - the endpoint; it is enabled
 *     p_since        - of messages made at this moment or later
 *     p_actor        - who does it; null: the login
 * Returns:
 *     deliveries  - how many begin anew
 * Raises:
 *     LBARG  an argument is missing
 *     LCDIS  the endpoint is disabled
 *     LNEND  there is no such endpoint
 *     LUACT  the actor is no name
 * Calls:  ledger.require_actor, outbound.require_endpoint
 * Writes: outbound.deliveries
 * Locks:  the endpoint, the deliveries
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_endpoint constant outbound.endpoints := outbound.require_endpoint(p_endpoint_id);
    v_count bigint;
begin
    if p_since is null then
        raise exception 'since is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=since';
    elsif v_endpoint.disabled_at is not null then
        raise exception 'endpoint % is disabled', p_endpoint_id
            using errcode = 'LCDIS', constraint = 'ENDPOINT_DISABLED',
                detail = format('endpoint_id=%s', p_endpoint_id),
                hint = 'enable_webhook_endpoint has sent to it again.';
    end if;
    update outbound.deliveries as d
    set
        state = 'pending',
        attempts = 0,
        lease_id = null,
        next_attempt_at = v_now,
        renewed_at = v_now,
        renewed_by = v_actor
    where d.endpoint_id = p_endpoint_id
        and d.state <> 'delivered'
        and d.created_at >= p_since
        and (d.lease_id is null or d.next_attempt_at <= v_now);
    get diagnostics v_count = row_count;
    return query select v_endpoint.endpoint_id, p_since, v_count;
end;
$function$;

comment on function api.recover_endpoint(text, timestamptz, text)
is 'Has everything sent again that an endpoint has not got since a moment.';
