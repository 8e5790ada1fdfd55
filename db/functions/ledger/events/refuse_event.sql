create or replace function ledger.refuse_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_decision ledger.event_decision,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.refuse_event(4)
 *     Refuses a valid event that was decided against under its account's lock; unless another
 *     session has posted the very event while this one waited: then the decision is its effect.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_decision  - the code and details
 *     p_now       - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.answer_known_event, ledger.reject_event
 * Reads:  ledger.processor_events
 */
begin
    perform
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if found then
        return ledger.answer_known_event(p_event, p_document, p_now);
    end if;
    return ledger.reject_event(p_event, p_document, p_decision, 'rejected', p_now);
end;
$function$;

comment on function ledger.refuse_event(
    ledger.event_fields, jsonb, ledger.event_decision, timestamptz
)
is 'Refuses a valid event, unless it was posted meanwhile.';
