create or replace function ledger.business_day(
    p_at timestamptz,
    p_timezone text,
    p_day_close_hour smallint
)
returns date
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.business_day(3)
 *     The business day of a restaurant to which a moment belongs: its local date, less the closing
 *     hour, so that what happens before a late place closes counts for the evening before.
 * Parameters:
 *     p_at              - the moment
 *     p_timezone        - IANA name of the restaurant's time zone
 *     p_day_close_hour  - local hour at which its day ends, 0 to 7
 * Returns:
 *     the day
 */
    select (
        pg_catalog.timezone(p_timezone, p_at)
        - pg_catalog.make_interval(hours => p_day_close_hour::integer)
    )::date;
$function$;

comment on function ledger.business_day(timestamptz, text, smallint)
is 'The restaurant''s business day to which a moment belongs.';
