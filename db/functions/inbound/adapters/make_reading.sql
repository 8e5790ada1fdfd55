create or replace function inbound.make_reading(
    p_outcome text,
    p_kind text,
    p_code text,
    p_message text,
    p_field text default null
)
returns inbound.reading
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.make_reading(5)
 *     A reading that is no event.
 * Parameters:
 *     p_outcome  - ignored, unknown or refused
 *     p_kind     - what the processor calls it
 *     p_code     - why
 *     p_message  - the same in words
 *     p_field    - the field at fault, if one is
 * Returns:
 *     the reading
 */
    select row(p_outcome, p_kind, null, p_code, p_field, p_message)::inbound.reading;
$function$;

comment on function inbound.make_reading(text, text, text, text, text)
is 'A reading that is no event.';
