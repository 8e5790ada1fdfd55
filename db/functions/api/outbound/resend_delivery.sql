create or replace function api.resend_delivery(p_delivery_id bigint, p_actor text default null)
returns table (
    delivery_id bigint, endpoint_id text, message_id text, type text, state text,
    next_attempt_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.resend_delivery(2)
 *     Has a message sent to its endpoint now, whatever became of it, under the same webhook-id; its
 *     attempts begin anew. One that a worker is sending at this moment is left to it.
 * Parameters:
 *     p_delivery_id  - as list_deliveries tells
 *     p_actor        - who does it; null: the login
 * Returns:
 *     the delivery as it is now
 * Raises:
 *     LBARG  an argument is missing
 *     LCDIS  its endpoint is disabled
 *     LNDEL  there is no such delivery
 *     LUACT  the actor is no name
 * Calls:  ledger.require_actor, outbound.require_delivery
 * Reads:  outbound.endpoints
 * Writes: outbound.deliveries
 * Locks:  the delivery
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_delivery outbound.deliveries;
begin
    if p_delivery_id is null then
        raise exception 'delivery_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=delivery_id';
    end if;
    v_delivery := outbound.require_delivery(p_delivery_id);
    if exists (
        select
        from outbound.endpoints as e
        where e.endpoint_id = v_delivery.endpoint_id
            and e.disabled_at is not null
    ) then
        raise exception 'endpoint % is disabled', v_delivery.endpoint_id
            using errcode = 'LCDIS', constraint = 'ENDPOINT_DISABLED',
                detail = format('endpoint_id=%s', v_delivery.endpoint_id),
                hint = 'enable_webhook_endpoint has sent to it again.';
    end if;
    return query
    update outbound.deliveries as d
    set
        state = 'pending',
        attempts = 0,
        lease_id = case when d.next_attempt_at > v_now then d.lease_id end,
        next_attempt_at = case
            when d.lease_id is not null and d.next_attempt_at > v_now then d.next_attempt_at
            else v_now
        end,
        renewed_at = v_now,
        renewed_by = v_actor
    where d.delivery_no = p_delivery_id
    returning
        d.delivery_no, d.endpoint_id, d.message_id, d.type, d.state, d.next_attempt_at;
end;
$function$;

comment on function api.resend_delivery(bigint, text)
is 'Has a message sent to its endpoint now, whatever became of it.';
