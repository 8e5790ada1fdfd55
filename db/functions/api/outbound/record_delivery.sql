create or replace function api.record_delivery(
    p_delivery_id bigint,
    p_lease_id uuid,
    p_status integer default null,
    p_error text default null,
    p_answer text default null,
    p_retry_after integer default null,
    p_duration_ms integer default null
)
returns table (
    delivery_id bigint, is_recorded boolean, state text, attempts integer,
    next_attempt_at timestamptz, is_enabled boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.record_delivery(7)
 *     What came of an attempt: 2xx is delivered. Everything else is tried again, the eighth time it
 *     has failed for good. 410 disables the endpoint, and so do five days of nothing but failures.
 * Parameters:
 *     p_delivery_id  - as claim_deliveries gave it
 *     p_lease_id     - as well
 *     p_status       - the status of the answer; null: there was none
 *     p_error        - why it failed, in words; null: it did not, but for the status
 *     p_answer       - the beginning of the answer's body
 *     p_retry_after  - seconds that the receiver asks to wait for
 *     p_duration_ms  - how long it took
 * Returns:
 *     one row, the delivery as it is now. is_recorded: false where the lease had ended and somebody
 *     else has it, or a person had it begin anew: then nothing is changed
 * Raises:
 *     LBARG  an argument is missing
 *     LNDEL  there is no such delivery
 * Calls:  outbound.require_delivery, outbound.find_next_attempt, outbound.close_endpoint
 * Writes: outbound.deliveries, outbound.endpoints
 * Locks:  the delivery, then the endpoint
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_is_success constant boolean := coalesce(
        p_status between 200 and 299 and p_error is null, false
    );
    v_delivery outbound.deliveries;
    v_is_ours boolean;
begin
    if num_nulls(p_delivery_id, p_lease_id) > 0 then
        raise exception 'delivery_id or lease_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=lease_id';
    end if;
    v_delivery := outbound.require_delivery(p_delivery_id);
    v_is_ours := coalesce(v_delivery.lease_id = p_lease_id, false);
    if v_is_ours then
        v_delivery.attempts := v_delivery.attempts + 1;
        v_delivery.next_attempt_at := case
            when not v_is_success
                then outbound.find_next_attempt(v_delivery.attempts, p_retry_after, v_now)
        end;
        v_delivery.state := case
            when v_is_success then 'delivered'
            when v_delivery.next_attempt_at is null then 'failed'
            else 'pending'
        end;
        update outbound.deliveries as d
        set
            lease_id = null,
            attempts = v_delivery.attempts,
            state = v_delivery.state,
            next_attempt_at = v_delivery.next_attempt_at,
            delivered_at = case when v_is_success then v_now else d.delivered_at end,
            last_attempt_at = v_now,
            last_status = p_status,
            last_duration_ms = p_duration_ms,
            last_error = left(p_error, 500),
            last_answer = left(p_answer, 1000)
        where d.delivery_no = p_delivery_id;
        update outbound.endpoints as e
        set failing_since = case when not v_is_success then v_now end
        where e.endpoint_id = v_delivery.endpoint_id
            and (e.failing_since is null) is distinct from v_is_success;
        if p_status = 410 then
            perform outbound.close_endpoint(v_delivery.endpoint_id, 'gone', 'worker', v_now);
        elsif not v_is_success and exists (
            select
            from outbound.endpoints as e
            where e.endpoint_id = v_delivery.endpoint_id
                and e.failing_since <= v_now - interval '5 days'
        ) then
            perform outbound.close_endpoint(v_delivery.endpoint_id, 'failing', 'worker', v_now);
        end if;
    end if;
    return query
    select
        v_delivery.delivery_no, v_is_ours, v_delivery.state, v_delivery.attempts::integer,
        v_delivery.next_attempt_at, e.disabled_at is null
    from outbound.endpoints as e
    where e.endpoint_id = v_delivery.endpoint_id;
end;
$function$;

comment on function api.record_delivery(bigint, uuid, integer, text, text, integer, integer)
is 'What came of an attempt to deliver a message.';
