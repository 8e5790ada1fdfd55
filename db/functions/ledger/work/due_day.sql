create or replace function ledger.due_day(
    p_due_at timestamptz,
    p_local_time time,
    p_timezone text
)
returns date
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.due_day(3)
 *     The day for which a schedule is due at a moment: the local one, or the one before if its time
 *     was skipped past midnight.
 * Parameters:
 *     p_due_at      - the moment, as ledger.next_due told it
 *     p_local_time  - the time of day
 *     p_timezone    - an IANA name that this server knows
 * Returns:
 *     the day
 */
    select
        case
            when pg_catalog.timezone(p_timezone, d.day + p_local_time) = p_due_at then d.day
            else d.day - 1
        end
    from (select pg_catalog.timezone(p_timezone, p_due_at)::date as day) as d;
$function$;

comment on function ledger.due_day(timestamptz, time, text)
is 'The day for which a schedule is due at a moment.';
