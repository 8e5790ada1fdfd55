create or replace function api.list_deliveries(
    p_endpoint_id text default null,
    p_state text default null,
    p_type text default null,
    p_message_id text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    delivery_id bigint, endpoint_id text, message_id text, type text, state text,
    is_sending boolean, attempts integer, next_attempt_at timestamptz, last_attempt_at timestamptz,
    last_status integer, last_error text, last_answer text, last_duration_ms integer,
    delivered_at timestamptz, renewed_at timestamptz, renewed_by text, created_at timestamptz,
    payload jsonb, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.list_deliveries(6)
 *     What endpoints were told, or will be, the newest first. Says so in a notice where it leaves
 *     some out.
 * Parameters:
 *     p_endpoint_id  - only to this endpoint
 *     p_state        - only these: pending, delivered or failed
 *     p_type         - only messages of this type
 *     p_message_id   - only this message: the header webhook-id
 *     p_limit        - the most rows, 1 to 500
 *     p_cursor       - continue after the row that had this cursor
 * Returns:
 *     a row a message and endpoint; is_sending: a worker has it now; next_attempt_at: when it is
 *     due, null unless it is pending; renewed_at, renewed_by: who had it sent again
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LUDST  the state is none of a delivery
 *     LUMTY  the type is none of a message
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.write_cursor,
 *         outbound.require_message_types, outbound.list_message_types, outbound.find_deliveries
 * Reads:  outbound.deliveries
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_before constant bigint := coalesce(
        ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint, 9223372036854775807
    );
    v_types text[] := outbound.list_message_types();
    v_rows integer;
begin
    if p_state not in ('pending', 'delivered', 'failed') then
        raise exception '% is not a state of a delivery', left(p_state, 64)
            using errcode = 'LUDST', constraint = 'DELIVERY_STATE_UNKNOWN',
                detail = format('state=%s', left(p_state, 64)),
                hint = 'They are pending, delivered and failed.';
    elsif p_type is not null then
        v_types := outbound.require_message_types(array[p_type]);
    end if;

    return query
    select
        d.delivery_no, d.endpoint_id, d.message_id, d.type, d.state,
        d.lease_id is not null and d.next_attempt_at > now(), d.attempts::integer,
        d.next_attempt_at, d.last_attempt_at, d.last_status::integer, d.last_error, d.last_answer,
        d.last_duration_ms, d.delivered_at, d.renewed_at, d.renewed_by, d.created_at, d.payload,
        ledger.write_cursor(d.delivery_no::text)
    from (
        select f.delivery_no
        from outbound.find_deliveries(
            p_endpoint_id, p_state, v_types, p_message_id, v_before, v_limit
        ) as f
        order by f.delivery_no desc
        limit v_limit
    ) as k
    cross join lateral (
        select o.*
        from outbound.deliveries as o
        where o.delivery_no = k.delivery_no
        limit 1
    ) as d
    order by k.delivery_no desc;
    get diagnostics v_rows = row_count;
    if v_rows = v_limit then
        raise notice 'only the first %: give p_limit (up to 500) or p_cursor', v_limit;
    end if;
end;
$function$;

comment on function api.list_deliveries(text, text, text, text, integer, text)
is 'What endpoints were told, or will be, the newest first.';
