create or replace function ledger.answer_waiting_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.answer_waiting_event(3)
 *     Keeps an event as a conflict if its id waits with other content, and says which fields
 *     differ.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_now       - the clock
 * Returns:
 *     the answer; null if its id does not wait, or waits with the same content
 * Calls:  ledger.list_differences, ledger.reject_event
 * Reads:  ledger.deferred_events
 */
declare
    v_fields jsonb;
    v_decision ledger.event_decision;
begin
    select ledger.list_differences(d.payload, p_document, p_event.provider)
    into v_fields
    from ledger.deferred_events as d
    where d.provider = p_event.provider
        and d.event_id = p_event.event_id;
    if v_fields is null then
        return null;
    end if;
    v_decision.code := 'EVENT_ID_REUSED';
    v_decision.details := jsonb_build_object('fields', v_fields);
    return ledger.reject_event(p_event, p_document, v_decision, 'conflict', p_now);
end;
$function$;

comment on function ledger.answer_waiting_event(ledger.event_fields, jsonb, timestamptz)
is 'Keeps an event as a conflict if its id waits with other content.';
