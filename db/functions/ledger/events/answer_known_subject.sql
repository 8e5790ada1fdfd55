create or replace function ledger.answer_known_subject(
    p_event ledger.event_fields,
    p_document jsonb,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.answer_known_subject(3)
 *     Answers an event that is the first under its id, but not the first to tell of its payment,
 *     refund or dispute: by what was told, not by when or with what metadata.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_now       - the clock
 * Returns:
 *     the answer, with the id of the first event
 * Raises:
 *     40001  the first is not to be seen yet
 * Calls:  ledger.name_subject, ledger.make_answer, ledger.reject_event
 * Reads:  ledger.processor_events, ledger.event_links, ledger.event_types
 * Locks:  none
 */
declare
    v_known record;
    v_fields jsonb;
    v_decision ledger.event_decision;
    v_answer ledger.event_answer;
begin
    select e.event_id, e.currency, e.amount, e.fee, e.entry_count, e.received_at,
        c.subject_id as payment_id
    into v_known
    from ledger.event_types as t
    inner join ledger.processor_events as e
        on e.event_type = t.event_type
        and e.subject_id = ledger.name_subject(p_event, p_document, t.subject_field)
        and e.provider = p_event.provider
        and e.restaurant_id = p_event.restaurant_id
    left join ledger.event_links as k
        on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
    left join ledger.processor_events as c
        on e.restaurant_id = c.restaurant_id
        and c.event_no = coalesce(k.payment_event_no, e.event_no)
        and c.event_type = 'charge_succeeded'
    where t.event_type = p_event.event_type;
    if not found then
        raise exception 'the event was told at this moment by somebody else, too'
            using errcode = 'serialization_failure', hint = 'Send it again.';
    end if;

    select jsonb_agg(d.field order by d.field)
    into v_fields
    from (
        values
        ('amount', v_known.amount <> p_event.amount),
        ('currency', v_known.currency <> p_event.currency),
        ('fee', v_known.fee <> p_event.fee),
        ('payment_id', v_known.payment_id is distinct from p_event.payment_id)
    ) as d (field, is_different)
    where d.is_different;
    v_decision.details := jsonb_build_object('event_id', v_known.event_id);
    if v_fields is null then
        v_answer := ledger.make_answer(
            p_event, 'already_processed', v_known.entry_count, v_known.received_at
        );
        v_answer.details := v_decision.details;
        return v_answer;
    end if;
    v_decision.code := 'SUBJECT_REUSED';
    v_decision.details := v_decision.details || jsonb_build_object('fields', v_fields);
    return ledger.reject_event(p_event, p_document, v_decision, 'conflict', p_now);
end;
$function$;

comment on function ledger.answer_known_subject(ledger.event_fields, jsonb, timestamptz)
is 'Answers an event whose payment, refund or dispute is in the book under another id.';
