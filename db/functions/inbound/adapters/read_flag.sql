create or replace function inbound.read_flag(p_value jsonb)
returns boolean
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_flag(1)
 *     What a processor says of yes and no, live and test.
 * Parameters:
 *     p_value  - any JSON
 * Returns:
 *     true or false; null if it says neither
 */
    select case
        when p_value in ('true', '"true"', '"live"') then true
        when p_value in ('false', '"false"', '"test"') then false
    end;
$function$;

comment on function inbound.read_flag(jsonb)
is 'What a processor says of yes and no; null if it says neither.';
