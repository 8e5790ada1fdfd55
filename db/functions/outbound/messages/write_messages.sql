create or replace function outbound.write_messages(
    p_type text,
    p_data jsonb[],
    p_endpoint_ids text[],
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: outbound.write_messages(4)
 *     Has facts told, in the transaction that makes them true: a row a fact and endpoint.
 * Parameters:
 *     p_type          - the type of message
 *     p_data          - what each message carries
 *     p_endpoint_ids  - who is told, as outbound.pick_endpoints says
 *     p_now           - the clock
 * Calls:  outbound.write_moment
 * Writes: outbound.deliveries
 */
begin
    with message as materialized (
        select
            'msg_' || replace(gen_random_uuid()::text, '-', '') as message_id,
            jsonb_build_object(
                'type', p_type, 'timestamp', outbound.write_moment(p_now), 'data', d.data
            ) as payload,
            d.place
        from unnest(p_data) with ordinality as d (data, place)
    )

    insert into outbound.deliveries (
        created_at, next_attempt_at, endpoint_id, message_id, type, payload
    )
    select p_now, p_now, e.endpoint_id, m.message_id, p_type, m.payload
    from message as m
    cross join unnest(p_endpoint_ids) as e (endpoint_id)
    order by m.place;
end;
$function$;

comment on function outbound.write_messages(text, jsonb[], text[], timestamptz)
is 'Has facts told, in the transaction that makes them true.';
