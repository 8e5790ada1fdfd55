create or replace function api.ingest_events(p_events jsonb)
returns table (
    item integer,
    status text,
    event_id text,
    provider text,
    restaurant_id text,
    currency text,
    event_type text,
    entries integer,
    code text,
    message text,
    details jsonb,
    received_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.ingest_events(1)
 *     Takes an array of events in one transaction. Every item gets the answer that it would get if
 *     the items came one after the other; a bad one does not stop the others.
 * Parameters:
 *     p_events  - a JSON array of at most 10,000 events as api.ingest_event takes them
 * Returns:
 *     one row an item, in order: its number from 1, then the columns of api.ingest_event
 * Raises:
 *     LBARR  p_events is not a JSON array
 *     LBMAX  it has more than 10,000 items
 * Calls:  ledger.read_event, ledger.lock_events, ledger.post_event
 * Locks:  all accounts in key order, then all event ids; see ledger.lock_account
 */
declare
    v_most_items constant integer := 10000;
    v_now constant timestamptz := clock_timestamp();
    v_events ledger.event_input[];
    v_event ledger.event_input;
    v_answer ledger.event_answer;
begin
    if jsonb_typeof(p_events) is distinct from 'array' then
        raise exception 'events are a JSON array, not %',
            coalesce(jsonb_typeof(p_events), 'nothing')
            using errcode = 'LBARR', constraint = 'EVENTS_NOT_ARRAY',
                detail = format('type=%s', coalesce(jsonb_typeof(p_events), 'nothing')),
                hint = 'A single event goes to ingest_event.';
    elsif jsonb_array_length(p_events) > v_most_items then
        raise exception 'an array may have at most % events', v_most_items
            using errcode = 'LBMAX', constraint = 'EVENTS_TOO_MANY',
                detail = format('items=%s, limit=%s', jsonb_array_length(p_events), v_most_items),
                hint = 'Send the events in several arrays.';
    end if;

    select array_agg(ledger.read_event(i.event, v_now) order by i.item_no)
    into v_events
    from jsonb_array_elements(p_events) with ordinality as i (event, item_no);

    v_events := ledger.lock_events(v_events, v_now);

    item := 0;
    foreach v_event in array coalesce(v_events, '{}') loop
        item := item + 1;
        v_answer := ledger.post_event(v_event.restaurant_id, v_event, v_now);
        return query select item, v_answer.*;
    end loop;
end;
$function$;

comment on function api.ingest_events(jsonb)
is 'Takes an array of events in one transaction; one answer an item.';
