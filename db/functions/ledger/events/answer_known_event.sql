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
 *     Answers an event whose id is in the book: with the answer of the first time if the content is
 *     the same; else keeps it as a conflict, and says which fields differ.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_now       - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.make_answer, ledger.reject_event
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
        e.received_at,
        e.occurred_at,
        e.currency,
        e.fee
    into v_known
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;

    select jsonb_agg(d.field order by d.field_no)
    into v_fields
    from unnest(array[
        'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount', 'fee', 'payout_id',
        'metadata'
    ]) with ordinality as d (field, field_no)
    where case d.field
        when 'occurred_at' then v_known.occurred_at <> p_event.occurred_at
        when 'currency' then v_known.currency <> p_event.currency
        when 'fee' then v_known.fee <> p_event.fee
        when 'metadata'
            then coalesce(v_known.payload -> 'metadata', '{}')
                <> coalesce(p_document -> 'metadata', '{}')
        else nullif(v_known.payload -> d.field, 'null')
            is distinct from nullif(p_document -> d.field, 'null')
    end;

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
is 'Answers an event whose id is in the book: the same again, or a conflict.';
