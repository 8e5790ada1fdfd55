create or replace function ledger.invalid_event(
    p_event ledger.event_input,
    p_code text,
    p_field text,
    p_message text
)
returns ledger.event_input
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: ledger.invalid_event(4)
 *     Marks an event that is being read as not valid.
 * Parameters:
 *     p_event    - what has been read so far
 *     p_code     - the public code, such as AMOUNT_INVALID
 *     p_field    - the field that is wrong
 *     p_message  - what is wrong with it, for a person
 * Returns:
 *     p_event with code, message and details
 */
begin
    p_event.code := p_code;
    p_event.message := p_message;
    p_event.details := case when p_field is not null then jsonb_build_object('field', p_field) end;
    return p_event;
end;
$function$;

comment on function ledger.invalid_event(ledger.event_input, text, text, text)
is 'Marks an event that is being read as not valid.';
