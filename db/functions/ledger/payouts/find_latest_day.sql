create or replace function ledger.find_latest_day(p_now timestamptz)
returns date
language plpgsql
stable
as $function$
/*
 * Function: ledger.find_latest_day(1)
 *     The latest day that has come: in UTC, or for a restaurant.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     the day
 * Calls:  ledger.known_timezones, ledger.business_day
 * Reads:  ledger.restaurants
 */
declare
    v_today constant date := (p_now at time zone 'UTC')::date;
    -- A time zone that the server does not know says nothing about anybody else's day.
    v_timezones constant text[] := ledger.known_timezones(
        array(
            select distinct r.timezone
            from ledger.restaurants as r
        )
    );
begin
    return (
        select greatest(v_today, max(ledger.business_day(p_now, z.timezone, z.day_close_hour)))
        from (
            select distinct
                r.timezone,
                r.day_close_hour
            from ledger.restaurants as r
            where r.timezone = any(v_timezones)
        ) as z
    );
end;
$function$;

comment on function ledger.find_latest_day(timestamptz)
is 'The latest day that has come: in UTC, or for a restaurant.';
