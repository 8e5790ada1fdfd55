create or replace function inbound.is_in_time(p_seconds text, p_now timestamptz)
returns boolean
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_in_time(2)
 *     Whether a signature was made now: at most 300 seconds ago, or ahead by another clock.
 * Parameters:
 *     p_seconds  - since 1970, as the sender writes it: whole, or in 13 digits milliseconds
 *     p_now      - the clock
 * Returns:
 *     true or false
 */
    select case
        when p_seconds ~ '^[0-9]{1,12}$'
            then abs(extract(epoch from p_now) - p_seconds::bigint) <= 300
        when p_seconds ~ '^[0-9]{13}$'
            then abs(extract(epoch from p_now) - p_seconds::bigint / 1000.0) <= 300
        else false
    end;
$function$;

comment on function inbound.is_in_time(text, timestamptz)
is 'Whether a signature was made now: within 300 seconds either way.';
