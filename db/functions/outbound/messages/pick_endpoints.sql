create or replace function outbound.pick_endpoints(p_type text)
returns text[]
language sql
stable
as $function$
/*
 * Function: outbound.pick_endpoints(1)
 *     Who wants to hear of something, disabled endpoints included: they hear of it once they are
 *     enabled.
 * Parameters:
 *     p_type  - the type of message
 * Returns:
 *     the ids of the endpoints; empty: nobody does
 * Reads:  outbound.endpoints
 */
    select array(
        select e.endpoint_id
        from outbound.endpoints as e
        where e.event_types && array[p_type, '*']
        order by e.endpoint_id
    );
$function$;

comment on function outbound.pick_endpoints(text)
is 'Who wants to hear of something.';
