create or replace function ledger.answer_known_event(
    p_event ledger.event_input,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.answer_known_event(2)
 *     Answers an event whose id is in the book: the same content is a success, other content is a
 *     conflict, which is kept.
 * Parameters:
 *     p_event  - the event
 *     p_now    - the clock
 * Returns:
 *     the answer
 * Raises:
 *     40001  the event in the book is too new for this transaction's snapshot
 * Calls:  ledger.answer_posted_event, ledger.reject_event
 * Reads:  ledger.processor_events
 * Writes: ledger.event_rejections
 * Locks:  none
 */
declare
    v_known ledger.processor_events;
begin
    select e.*
    into v_known
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;

    if not found then
        raise exception 'event % is being posted by another transaction', p_event.event_id
            using errcode = 'serialization_failure',
                detail = format('provider=%s, event_id=%s', p_event.provider, p_event.event_id),
                hint = 'Send the event again.';
    end if;
    if v_known.content_hash = p_event.content_hash then
        return ledger.answer_posted_event(
            p_event, v_known.entry_count, 'already_processed', v_known.received_at
        );
    end if;

    p_event.code := 'EVENT_ID_REUSED';
    p_event.message := 'this event_id was used before with other content';
    p_event.details := jsonb_build_object('fields', (
        select jsonb_agg(d.field)
        from (
            values
            ('event_type', v_known.event_type is distinct from p_event.event_type),
            ('occurred_at', v_known.occurred_at is distinct from p_event.occurred_at),
            ('restaurant_id', v_known.restaurant_id is distinct from p_event.restaurant_id),
            ('currency', v_known.currency is distinct from p_event.currency),
            ('amount', v_known.amount is distinct from p_event.amount),
            ('fee', v_known.fee is distinct from p_event.fee),
            ('payout_id', v_known.payout_id is distinct from p_event.payout_id),
            ('metadata', coalesce(v_known.payload -> 'metadata', '{}')
                is distinct from coalesce(p_event.payload -> 'metadata', '{}'))
        ) as d (field, is_different)
        where d.is_different
    ));
    return ledger.reject_event(p_event, 'conflict', p_now);
end;
$function$;

comment on function ledger.answer_known_event(ledger.event_input, timestamptz)
is 'Answers an event whose id is in the book: already processed, or a conflict.';
