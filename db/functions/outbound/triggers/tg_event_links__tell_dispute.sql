create or replace function outbound.tg_event_links__tell_dispute()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_event_links__tell_dispute(0)
 *     Tells that a dispute was won or lost. A report that changes nothing, because it is told
 *     again or overtaken, tells nothing.
 * Calls:  outbound.pick_endpoints, outbound.describe_dispute, outbound.write_messages
 * Reads:  ledger.processor_events, ledger.event_types
 */
declare
    v_type text;
    v_state text;
    v_wanting text[];
begin
    select 'dispute.' || lower(t.reported_state), t.reported_state
    into v_type, v_state
    from ledger.processor_events as e
    inner join ledger.event_types as t on e.event_type = t.event_type
    where e.restaurant_id = new.restaurant_id
        and e.event_no = new.event_no
        and e.entry_count > 0
        and t.subject = 'dispute';
    if v_type is not null then
        v_wanting := outbound.pick_endpoints(v_type);
    end if;
    if v_wanting <> '{}' then
        perform outbound.write_messages(v_type, array[
            outbound.describe_dispute(new.restaurant_id, new.event_no, v_state)
        ], v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_event_links__tell_dispute()
is 'Tells that a dispute was won or lost.';
