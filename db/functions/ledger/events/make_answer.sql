create or replace function ledger.make_answer(
    p_event ledger.event_fields,
    p_status text,
    p_entries integer,
    p_received_at timestamptz
)
returns ledger.event_answer
language sql
immutable
as $function$
/*
 * Function: ledger.make_answer(4)
 *     The answer to an event that is in the book, the same at the first time and at every later
 *     one. One expression, so that callers have it inlined.
 * Parameters:
 *     p_event        - the event
 *     p_status       - processed or already_processed
 *     p_entries      - the entries it posted
 *     p_received_at  - when it was first received
 * Returns:
 *     the answer
 */
    select row(
        p_status, p_event.event_id, p_event.provider, p_event.restaurant_id, p_event.currency,
        p_event.event_type, p_entries,
        case when p_entries = 0 then 'NO_EFFECT' end,
        case
            when p_entries = 0 then 'recorded; nothing to post, it was settled before'
        end,
        null::jsonb, p_received_at
    )::ledger.event_answer;
$function$;

comment on function ledger.make_answer(ledger.event_fields, text, integer, timestamptz)
is 'The answer to an event that is in the book.';
