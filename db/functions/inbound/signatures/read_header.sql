create or replace function inbound.read_header(p_headers jsonb, p_name text)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_header(2)
 *     A header of a request, whose name may be written in any case.
 * Parameters:
 *     p_headers  - the headers, an object of texts
 *     p_name     - the header's name in small letters
 * Returns:
 *     its value; null if there is none, several, one that is no text, or one that is very long
 */
    select case
        when count(*) = 1 and max(length(h.value #>> '{}')) <= 8192 then max(h.value #>> '{}')
    end
    from jsonb_each(
        case when jsonb_typeof(p_headers) = 'object' then p_headers else '{}' end
    ) as h (name, value)
    where lower(h.name) = p_name and jsonb_typeof(h.value) = 'string';
$function$;

comment on function inbound.read_header(jsonb, text)
is 'A header of a request.';
