create or replace function inbound.read_id(p_value jsonb)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_id(1)
 *     An id of a processor as text. Some are numbers; of an object that is given whole instead of
 *     its id, it is the member id.
 * Parameters:
 *     p_value  - any JSON
 * Returns:
 *     the id; null if it is none
 */
    select case jsonb_typeof(i.value)
        when 'string' then nullif(i.value #>> '{}', '')
        when 'number' then case
            when i.value >= '0' and i.value < '100000000000000000000'
                and i.value::numeric = trunc(i.value::numeric) then trunc(i.value::numeric)::text
        end
    end
    from (
        select case
            when jsonb_typeof(p_value) = 'object' then p_value -> 'id' else p_value
        end as value
    ) as i;
$function$;

comment on function inbound.read_id(jsonb)
is 'An id of a processor as text; null if it is none.';
