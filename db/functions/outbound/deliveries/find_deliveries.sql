create or replace function outbound.find_deliveries(
    p_endpoint_id text,
    p_state text,
    p_types text[],
    p_message_id text,
    p_before bigint,
    p_limit integer
)
returns table (delivery_no bigint)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: outbound.find_deliveries(6)
 *     Which deliveries are a page of the list: each endpoint and type is a look into an index for
 *     the newest few, and so is each endpoint and state. Said as ranges, since the planner takes
 *     equal values for a reason to read the primary key until it has found enough.
 * Parameters:
 *     p_endpoint_id, p_state, p_message_id  - only these; null: all
 *     p_types   - only of these types
 *     p_before  - only those with a smaller number
 *     p_limit   - how many are wanted
 * Returns:
 *     their numbers, and some more
 * Reads:  outbound.endpoints, outbound.deliveries
 */
begin
    if p_message_id is not null then
        return query
        select d.delivery_no
        from outbound.deliveries as d
        where d.message_id = p_message_id
            and d.delivery_no < p_before
            and (p_endpoint_id is null or d.endpoint_id = p_endpoint_id)
            and (p_state is null or d.state = p_state)
            and d.type = any(p_types);
    elsif p_state <> 'delivered' then
        return query
        select n.delivery_no
        from outbound.endpoints as e
        cross join lateral (
            select d.delivery_no
            from outbound.deliveries as d
            where d.endpoint_id = e.endpoint_id
                and d.state >= p_state
                and (d.state, d.delivery_no) < (p_state, p_before)
                and d.state <> 'delivered'
                and d.type = any(p_types)
            order by d.state desc, d.delivery_no desc
            limit p_limit
        ) as n
        where p_endpoint_id is null or e.endpoint_id = p_endpoint_id;
    else
        return query
        select n.delivery_no
        from outbound.endpoints as e
        cross join unnest(p_types) as t (type)
        cross join lateral (
            select d.delivery_no
            from outbound.deliveries as d
            where d.endpoint_id = e.endpoint_id
                and d.type >= t.type
                and (d.type, d.delivery_no) < (t.type, p_before)
                and (p_state is null or d.state = p_state)
            order by d.type desc, d.delivery_no desc
            limit p_limit
        ) as n
        where p_endpoint_id is null or e.endpoint_id = p_endpoint_id;
    end if;
end;
$function$;

comment on function outbound.find_deliveries(text, text, text[], text, bigint, integer)
is 'Which deliveries are a page of the list.';
