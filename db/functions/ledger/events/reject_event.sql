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
 *     p_event   - the event with its code, and details if there is more to say than the field
 *     p_status  - rejected, or conflict: its id was used with other content
 *     p_now     - the clock
 * Returns:
 *     the answer
 * Reads:  ledger.rejection_reasons
 * Writes: ledger.event_rejections
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
        format(r.message, p_event.details ->> 'field'),
        nullif(
            jsonb_strip_nulls(jsonb_build_object('field', r.field))
            || coalesce(p_event.details, '{}'),
            '{}'
        ),
        p_event.payload
    from ledger.rejection_reasons as r
    where r.code = p_event.code
    returning
        status, event_id, provider, p_event.restaurant_id, p_event.currency, p_event.event_type, 0,
        code, message, details, received_at
    into strict v_answer;
    return v_answer;
end;
$function$;

comment on function ledger.reject_event(ledger.event_input, text, timestamptz)
is 'Keeps an event that posts nothing, with its reason, and answers so.';
