create or replace function ledger.answer_known_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.answer_known_event(3)
 *     Answers an event that is in the book, under its id or, for the same payment, refund or
 *     dispute, under another: with the answer of the first time if the content is the same; else
 *     keeps it as a conflict, and says which fields differ.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_now       - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.list_differences, ledger.answer_known_subject, ledger.make_answer,
 *         ledger.reject_event
 * Reads:  ledger.processor_events
 * Locks:  none
 */
declare
    v_known record;
    v_fields jsonb;
    v_decision ledger.event_decision;
begin
    select
        e.payload,
        e.entry_count,
        e.received_at
    into v_known
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if not found then
        return ledger.answer_known_subject(p_event, p_document, p_now);
    end if;

    if v_known.payload <> p_document then
        v_fields := ledger.list_differences(v_known.payload, p_document, p_event.provider);
    end if;
    if v_fields is null then
        return ledger.make_answer(
            p_event, 'already_processed', v_known.entry_count, v_known.received_at
        );
    end if;
    v_decision.code := 'EVENT_ID_REUSED';
    v_decision.details := jsonb_build_object('fields', v_fields);
    return ledger.reject_event(p_event, p_document, v_decision, 'conflict', p_now);
end;
$function$;

comment on function ledger.answer_known_event(ledger.event_fields, jsonb, timestamptz)
is 'Answers an event that is in the book: the same again, or a conflict.';
