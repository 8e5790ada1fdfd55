create or replace function inbound.read_text(p_value jsonb)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_text(1)
 *     A short text of a document: its first 128 characters.
 * Parameters:
 *     p_value  - any JSON
 * Returns:
 *     the text; null if it is none, or empty
 */
    select case
        when jsonb_typeof(p_value) = 'string' then nullif(left(p_value #>> '{}', 128), '')
    end;
$function$;

comment on function inbound.read_text(jsonb)
is 'A short text of a document; null if it is none.';
