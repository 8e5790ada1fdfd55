create or replace function ledger.reject_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_decision ledger.event_decision,
    p_status text,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.reject_event(5)
 *     Keeps an event that posts nothing, with its reason, and answers so.
 * Parameters:
 *     p_event     - its fields, as far as they are good
 *     p_document  - the document
 *     p_decision  - the code, and details if there is more to say than the field
 *     p_status    - rejected, or conflict: its id was used with other content
 *     p_now       - the clock
 * Returns:
 *     the answer
 * Reads:  ledger.rejection_reasons
 * Writes: ledger.event_rejections, ledger.event_conflict_no_seq
 */
declare
    v_answer ledger.event_answer;
begin
    insert into ledger.event_rejections (
        received_at, restaurant_id, provider, event_id, status, code, message, details, payload
    )
    select
        p_now,
        coalesce(p_event.restaurant_id, ''),
        p_event.provider,
        p_event.event_id,
        p_status,
        r.code,
        format(r.message, p_decision.details ->> 'field'),
        nullif(
            jsonb_strip_nulls(jsonb_build_object('field', r.field))
            || coalesce(p_decision.details, '{}'),
            '{}'
        ),
        p_document
    from ledger.rejection_reasons as r
    where r.code = p_decision.code
    returning code, message, details
    into strict v_answer.code, v_answer.message, v_answer.details;
    if p_status = 'conflict' then
        perform nextval('ledger.event_conflict_no_seq');
    end if;
    v_answer.status := p_status;
    v_answer.event_id := p_event.event_id;
    v_answer.provider := p_event.provider;
    v_answer.restaurant_id := p_event.restaurant_id;
    v_answer.currency := p_event.currency;
    v_answer.event_type := p_event.event_type;
    v_answer.entries := 0;
    v_answer.received_at := p_now;
    return v_answer;
end;
$function$;

comment on function ledger.reject_event(
    ledger.event_fields, jsonb, ledger.event_decision, text, timestamptz
)
is 'Keeps an event that posts nothing, with its reason, and answers so.';
