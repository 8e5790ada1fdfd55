create or replace function ledger.keep_told_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_answer ledger.event_answer,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.keep_told_event(4)
 *     Keeps an event that waited, if what it tells was told under another id meanwhile: it was
 *     answered that it is kept, and posts nothing.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_answer    - what it is answered now
 *     p_now       - the clock
 * Calls:  ledger.reject_event
 */
declare
    v_decision ledger.event_decision;
begin
    if p_answer.status = 'already_processed' and p_answer.details ? 'event_id' then
        v_decision.code := 'TOLD_BEFORE';
        v_decision.details := p_answer.details;
        perform ledger.reject_event(p_event, p_document, v_decision, 'rejected', p_now);
    end if;
end;
$function$;

comment on function ledger.keep_told_event(
    ledger.event_fields, jsonb, ledger.event_answer, timestamptz
)
is 'Keeps an event that waited, if what it tells was told under another id meanwhile.';
