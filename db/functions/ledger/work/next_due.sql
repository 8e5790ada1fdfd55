create or replace function ledger.next_due(
    p_cadence text,
    p_day integer,
    p_local_time time,
    p_timezone text,
    p_after timestamptz
)
returns timestamptz
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.next_due(5)
 *     When a schedule is due the next time. A day's local time is one moment, whatever the clocks
 *     do: of a time that is there twice it is the second one, and a time that is skipped is as much
 *     later as the clocks were put forward. So no change of the clocks leaves a day out or has it
 *     twice; days that a zone skips as a whole are one with the day after.
 * Parameters:
 *     p_cadence     - daily, weekly or monthly
 *     p_day         - of the week (1 is Monday) or of the month; a month without it: its last
 *     p_local_time  - the time of day
 *     p_timezone    - an IANA name that this server knows
 *     p_after       - the moment after which
 * Returns:
 *     the moment
 */
    -- From the day before, whose time may have been skipped into this one, to the day of the next
    -- month at the latest.
    select min(pg_catalog.timezone(p_timezone, d.day + p_local_time))
    from (
        select pg_catalog.timezone(p_timezone, p_after)::date + n.days as day
        from generate_series(-1, 33) as n (days)
    ) as d
    where
        case p_cadence
            when 'daily' then true
            when 'weekly' then extract(isodow from d.day) = p_day
            else extract(day from d.day) = least(
                p_day,
                extract(
                    day from date_trunc('month', d.day::timestamp) + interval '1 month - 1 day'
                )
            )
        end
        and pg_catalog.timezone(p_timezone, d.day + p_local_time) > p_after;
$function$;

comment on function ledger.next_due(text, integer, time, text, timestamptz)
is 'When a schedule is due the next time.';
