create or replace function inbound.read_moment(p_value jsonb)
returns text
language sql
stable
parallel safe
as $function$
/*
 * Function: inbound.read_moment(1)
 *     When it happened: seconds since 1970, or a date and time of ISO 8601, which is left as it is.
 * Parameters:
 *     p_value  - any JSON
 * Returns:
 *     the moment as an event gives it; null if it is neither
 */
    select case jsonb_typeof(p_value)
        when 'string' then nullif(left(p_value #>> '{}', 64), '')
        when 'number' then case
            when p_value >= '0' and p_value < '253402300800'
                and p_value::numeric = trunc(p_value::numeric)
                then to_char(
                    to_timestamp(p_value::double precision) at time zone 'UTC',
                    'YYYY-MM-DD"T"HH24:MI:SS"Z"'
                )
        end
    end;
$function$;

comment on function inbound.read_moment(jsonb)
is 'When it happened, as an event gives it; null if it does not say.';
