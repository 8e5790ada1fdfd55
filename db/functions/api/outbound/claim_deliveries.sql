create or replace function api.claim_deliveries(
    p_limit integer default 64,
    p_lease_seconds integer default 60
)
returns table (
    delivery_id bigint, lease_id uuid, endpoint_id text, url text, settings jsonb, secrets text[],
    message_id text, payload text, attempt integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.claim_deliveries(2)
 *     What is to be sent now, for whoever sends it, who then has it alone for a while and tells by
 *     record_delivery what came of it; who does not, as after a crash, leaves it to the next one.
 *     Of each endpoint no more than its max_in_flight (8) are with senders at a time, and who has
 *     the fewest comes first, those that fail last, so that slow ones hold up nobody else.
 * Parameters:
 *     p_limit          - the most rows, 1 to 500
 *     p_lease_seconds  - how long they are the caller's alone, 1 to 3600
 * Returns:
 *     a row a message and endpoint, those that wait longest first; secrets: to sign with, each;
 *     payload: the body; attempt: 1 for the first one
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBLEA  the lease is
 * Calls:  ledger.require_limit
 * Reads:  outbound.endpoint_secrets
 * Writes: outbound.deliveries
 * Locks:  the endpoints, the deliveries; it waits for neither
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_now constant timestamptz := clock_timestamp();
    v_lease_id constant uuid := gen_random_uuid();
    v_endpoint_ids text[];
begin
    if (p_lease_seconds between 1 and 3600) is not true then
        raise exception 'lease_seconds must be from 1 to 3600'
            using errcode = 'LBLEA', constraint = 'LEASE_INVALID',
                detail = format('lease_seconds=%s', p_lease_seconds);
    end if;
    -- A statement of its own, so that the next one sees what another claim has taken.
    v_endpoint_ids := array(
        select e.endpoint_id
        from outbound.endpoints as e
        where e.disabled_at is null
            and exists (
                select
                from outbound.deliveries as d
                where d.endpoint_id = e.endpoint_id
                    and d.state = 'pending'
                    and d.next_attempt_at <= v_now
            )
        for no key update skip locked
    );
    return query
    with chosen as (
        select
            n.delivery_no,
            row_number() over (
                order by f.number + n.place, e.failing_since is not null, n.next_attempt_at
            ) as place
        from outbound.endpoints as e
        cross join lateral (
            select count(*) as number
            from outbound.deliveries as d
            where d.endpoint_id = e.endpoint_id
                and d.lease_id is not null
                and d.next_attempt_at > v_now
        ) as f
        cross join lateral (
            select w.*, row_number() over () as place
            from (
                select d.delivery_no, d.next_attempt_at
                from outbound.deliveries as d
                where d.endpoint_id = e.endpoint_id
                    and d.state = 'pending'
                    and d.next_attempt_at <= v_now
                order by d.next_attempt_at, d.delivery_no
                limit greatest(0, coalesce((e.settings -> 'max_in_flight')::integer, 8) - f.number)
                for no key update skip locked
            ) as w
        ) as n
        where e.endpoint_id = any(v_endpoint_ids)
        order by place
        limit v_limit
    ),

    taken as (
        update outbound.deliveries as d
        set
            lease_id = v_lease_id,
            next_attempt_at = v_now + make_interval(secs => p_lease_seconds)
        from chosen as c
        where d.delivery_no = c.delivery_no
        returning d.*, c.place
    )

    select
        t.delivery_no, t.lease_id, t.endpoint_id, e.url, e.settings,
        array(
            select s.secret
            from outbound.endpoint_secrets as s
            where s.endpoint_id = t.endpoint_id
                and (s.valid_until is null or s.valid_until > v_now)
            order by s.secret_no desc
        ),
        t.message_id, t.payload::text, t.attempts + 1
    from taken as t
    inner join outbound.endpoints as e on t.endpoint_id = e.endpoint_id
    order by t.place;
end;
$function$;

comment on function api.claim_deliveries(integer, integer)
is 'What is to be sent now, for whoever sends it.';
