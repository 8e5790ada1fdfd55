create or replace function ledger.answer_posted_event(
    p_event ledger.event_input,
    p_entry_count integer,
    p_status text,
    p_received_at timestamptz
)
returns ledger.event_answer
language sql
immutable
as $function$
/*
 * Function: ledger.answer_posted_event(4)
 *     The answer to an event that is in the book, the same at the first time and at every later
 *     one. One expression, so that callers have it inlined.
 * Parameters:
 *     p_event        - the event
 *     p_entry_count  - the entries it posted
 *     p_status       - processed or already_processed
 *     p_received_at  - when it was first received
 * Returns:
 *     the answer
 */
    select row(
        p_status, p_event.event_id, p_event.provider, p_event.restaurant_id, p_event.currency,
        p_event.event_type, p_entry_count,
        case when p_entry_count = 0 then 'NO_EFFECT' end,
        case
            when p_entry_count = 0 then 'recorded; nothing to post, the payout was settled before'
        end,
        null::jsonb, p_received_at
    )::ledger.event_answer;
$function$;

comment on function ledger.answer_posted_event(ledger.event_input, integer, text, timestamptz)
is 'The answer to an event that is in the book.';
