create or replace function ledger.read_time(p_text text)
returns timestamptz
language sql
stable
as $function$
/*
 * Function: ledger.read_time(1)
 *     A moment of ISO 8601. Fractions of a second are cut after microseconds and never rounded: the
 *     last moment of a day, as some platforms write it, is not the next day.
 * Parameters:
 *     p_text  - date, time and offset, as ledger.find_event_fault lets them pass
 * Returns:
 *     the moment
 */
    select (
        case
            when p_text like '%.%'
                then concat(
                    split_part(p_text, '.', 1),
                    '.',
                    left(substring(p_text, '[.]([0-9]+)'), 6),
                    substring(p_text, '[.][0-9]+(.*)$')
                )
            else p_text
        end
    )::timestamptz;
$function$;

comment on function ledger.read_time(text)
is 'A moment of ISO 8601; fractions of a second are cut, never rounded.';
