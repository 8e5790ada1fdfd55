create or replace function api.tell_overdue_events(p_limit integer default 500)
returns table (told integer)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.tell_overdue_events(1)
 *     Has told which events wait for longer than the platform allows (deferred_warning_hours), each
 *     once. Time makes that true, so somebody has to look: the worker does, every minute.
 * Parameters:
 *     p_limit  - the most events, 1 to 500
 * Returns:
 *     told  - how many; 0 if no endpoint wants to hear of it
 * Raises:
 *     LBLIM  the limit is out of range
 * Calls:  ledger.require_limit, outbound.pick_endpoints, outbound.write_moment,
 *         outbound.write_messages
 * Reads:  ledger.platform_settings
 * Writes: ledger.deferred_events
 * Locks:  the events; it waits for none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_now constant timestamptz := clock_timestamp();
    v_wanting constant text[] := outbound.pick_endpoints('event.deferred_long');
    v_data jsonb[];
begin
    if v_wanting = '{}' then
        return query select 0;
        return;
    end if;
    with overdue as (
        select d.restaurant_id, d.deferred_no
        from ledger.deferred_events as d
        where d.overdue_told_at is null
            and d.received_at <= v_now - make_interval(hours => (
                select s.deferred_warning_hours
                from ledger.platform_settings as s
            ))
        order by d.received_at, d.deferred_no
        limit v_limit
        for no key update skip locked
    ),

    marked as (
        update ledger.deferred_events as d
        set overdue_told_at = v_now
        from overdue as o
        where d.restaurant_id = o.restaurant_id
            and d.deferred_no = o.deferred_no
        returning d.*
    )

    select
        coalesce(array_agg(
            jsonb_build_object(
                'event_id', m.event_id, 'provider', m.provider, 'restaurant_id', m.restaurant_id,
                'currency', m.currency, 'event_type', m.event_type, 'code', m.code, 'waits_for',
                jsonb_build_object('event_type', m.first_type, 'subject_id', m.subject_id),
                'occurred_at', outbound.write_moment(m.occurred_at), 'received_at',
                outbound.write_moment(m.received_at)
            )
            order by m.received_at, m.deferred_no
        ), '{}')
    into v_data
    from marked as m;
    perform outbound.write_messages('event.deferred_long', v_data, v_wanting, v_now);
    return query select cardinality(v_data);
end;
$function$;

comment on function api.tell_overdue_events(integer)
is 'Has told which events wait for longer than the platform allows.';
