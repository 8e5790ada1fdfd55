create or replace function api.rotate_webhook_secret(
    p_endpoint_id text,
    p_keep_hours integer default 24,
    p_actor text default null
)
returns table (endpoint_id text, secret text, old_secret_until timestamptz)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.rotate_webhook_secret(3)
 *     Gives an endpoint a new secret. The one of before signs beside it for a while, so that the
 *     receiver can change over; those from before that end when they were to, or with it if that
 *     is sooner: the first answer may have been lost.
 * Parameters:
 *     p_endpoint_id  - the endpoint
 *     p_keep_hours   - how long the secret of before signs, too, 0 to 168: 0 if it has leaked
 *     p_actor        - who does it; null: the login
 * Returns:
 *     secret            - the new one; answered here and never again
 *     old_secret_until  - until then there are two signatures
 * Raises:
 *     LBARG  an argument is missing
 *     LNEND  there is no such endpoint
 *     LUACT  the actor is no name
 *     LUKPH  the hours are out of range
 * Calls:  ledger.require_actor, outbound.require_endpoint, outbound.write_secret
 * Writes: outbound.endpoint_secrets, outbound.endpoints
 * Locks:  the endpoint
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_until timestamptz;
    v_endpoint outbound.endpoints;
begin
    if (p_keep_hours between 0 and 168) is not true then
        raise exception 'keep_hours must be from 0 to 168'
            using errcode = 'LUKPH', constraint = 'KEEP_HOURS_INVALID',
                detail = format('field=keep_hours, keep_hours=%s', p_keep_hours);
    end if;
    v_until := v_now + make_interval(hours => p_keep_hours);
    v_endpoint := outbound.require_endpoint(p_endpoint_id);
    update outbound.endpoint_secrets as s
    set valid_until = least(s.valid_until, v_until)
    where s.endpoint_id = p_endpoint_id
        and (s.valid_until is null or s.valid_until > v_now);
    update outbound.endpoints as e
    set
        changed_at = v_now,
        changed_by = v_actor
    where e.endpoint_id = p_endpoint_id;
    return query
    select
        v_endpoint.endpoint_id, outbound.write_secret(v_endpoint.endpoint_id, v_now),
        nullif(v_until, v_now);
end;
$function$;

comment on function api.rotate_webhook_secret(text, integer, text)
is 'Gives an endpoint a new secret; the one of before signs beside it for a while.';
