create or replace function inbound.post_read_events(
    p_readings inbound.reading[],
    p_now timestamptz
)
returns jsonb
language plpgsql
volatile
as $function$
/*
 * Function: inbound.post_read_events(2)
 *     Posts those readings that are events, all at once: their accounts are locked in one order.
 * Parameters:
 *     p_readings  - what a webhook tells
 *     p_now       - the clock
 * Returns:
 *     an object: the number of a reading, from 1, and what the ledger answers
 * Raises:
 *     LBARR, LBMAX  never: the events are an array, and not too many
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone
 *     40001  an id was told at this moment by another session, too
 * Calls:  ledger.post_event, api.ingest_events
 * Locks:  the accounts, then the event ids; see ledger.post_event
 */
declare
    v_numbers bigint[];
    v_events jsonb;
begin
    select
        array_agg(r.item_no order by r.item_no),
        jsonb_agg(r.event order by r.item_no)
    into v_numbers, v_events
    from unnest(p_readings) with ordinality as r (
        outcome, kind, event, code, field, message, item_no
    )
    where r.outcome = 'event';
    if cardinality(v_numbers) = 1 then
        return jsonb_build_object(
            v_numbers[1]::text, to_jsonb(ledger.post_event(v_events -> 0, p_now))
        );
    elsif v_events is not null then
        return (
            select jsonb_object_agg(v_numbers[a.item]::text, to_jsonb(a))
            from api.ingest_events(v_events) as a
        );
    end if;
    return '{}'::jsonb;
end;
$function$;

comment on function inbound.post_read_events(inbound.reading[], timestamptz)
is 'Posts those readings that are events.';
