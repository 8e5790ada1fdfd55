create or replace function ledger.refuse_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_decision ledger.event_decision,
    p_received_at timestamptz,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.refuse_event(5)
 *     Answers a valid event that was decided against under its account's lock: it waits, or is
 *     refused; unless it is in the book, under its id or another one of its subject: then what was
 *     decided is its effect.
 * Parameters:
 *     p_event        - its fields
 *     p_document     - the document
 *     p_decision     - the code and details
 *     p_received_at  - when it was first received
 *     p_now          - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.name_subject, ledger.answer_known_event, ledger.answer_waiting_event,
 *         ledger.defer_event, ledger.leave_deferred, ledger.reject_event
 * Reads:  ledger.processor_events, ledger.event_types, ledger.deferred_events
 */
declare
    v_answer ledger.event_answer;
begin
    perform
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if not found and p_decision.code = 'BALANCE_OUT_OF_RANGE' then  -- decided by sums alone
        perform
        from ledger.event_types as t
        inner join ledger.processor_events as e
            on e.event_type = t.event_type
            and e.subject_id = ledger.name_subject(p_event, p_document, t.subject_field)
            and e.provider = p_event.provider
            and e.restaurant_id = p_event.restaurant_id
        where t.event_type = p_event.event_type;
    end if;
    if found or p_decision.code = 'SUBJECT_REUSED' then
        return ledger.answer_known_event(p_event, p_document, p_now);
    end if;
    v_answer := ledger.answer_waiting_event(p_event, p_document, p_now);
    if v_answer.status is not null then
        return v_answer;
    elsif p_decision.first_type is not null then
        return ledger.defer_event(p_event, p_document, p_decision, p_received_at, p_now);
    end if;

    -- Told again after what it waited for has come in vain: it waits no longer.
    perform ledger.leave_deferred(d.restaurant_id, d.currency, d.deferred_no)
    from ledger.deferred_events as d
    where d.provider = p_event.provider
        and d.event_id = p_event.event_id
        and d.restaurant_id = p_event.restaurant_id
        and d.currency = p_event.currency;
    return ledger.reject_event(p_event, p_document, p_decision, 'rejected', p_now);
end;
$function$;

comment on function ledger.refuse_event(
    ledger.event_fields, jsonb, ledger.event_decision, timestamptz, timestamptz
)
is 'Answers a valid event that was decided against: it waits, or is refused.';
