create or replace function ledger.reject_event(
    p_event ledger.event_input,
    p_status text,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.reject_event(3)
 *     Keeps an event that posts nothing, with its reason, and answers so.
 * Parameters:
 *     p_event   - the event with code, message and details
 *     p_status  - rejected, or conflict: its id was used with other content
 *     p_now     - the clock
 * Returns:
 *     the answer
 * Writes: ledger.event_rejections
 */
begin
    insert into ledger.event_rejections (
        received_at, restaurant_id, provider, event_id, status, code, message, details, payload
    )
    values (
        p_now, coalesce(p_event.restaurant_id, ''), p_event.provider, p_event.event_id, p_status,
        p_event.code, p_event.message, p_event.details, p_event.payload
    );
    return row(
        p_status, p_event.event_id, p_event.provider, p_event.restaurant_id, p_event.currency,
        p_event.event_type, 0, p_event.code, p_event.message, p_event.details, p_now
    )::ledger.event_answer;
end;
$function$;

comment on function ledger.reject_event(ledger.event_input, text, timestamptz)
is 'Keeps an event that posts nothing, with its reason, and answers so.';
