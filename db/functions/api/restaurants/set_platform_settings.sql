create or replace function api.set_platform_settings(
    p_unknown_restaurants text default null,
    p_default_timezone text default null
)
returns table (unknown_restaurants text, default_timezone text)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_platform_settings(2)
 *     Changes the platform's own settings. They hold for what is posted from now on.
 * Parameters:
 *     p_unknown_restaurants  - when an event names one that is not registered: register it,
 *                              hold_payouts (register it with its payouts paused) or refuse the
 *                              event
 *     p_default_timezone     - IANA name; the time zone of restaurants registered without one
 *     null leaves a setting as it is
 * Returns:
 *     the settings as they are now
 * Raises:
 *     LUUNK  p_unknown_restaurants is none of the three
 *     LUTZN  the time zone is not known
 * Calls:  ledger.require_timezone
 * Writes: ledger.platform_settings
 * Locks:  the one row
 */
begin
    if p_unknown_restaurants not in ('register', 'hold_payouts', 'refuse') then
        raise exception 'unknown_restaurants is register, hold_payouts or refuse'
            using errcode = 'LUUNK', constraint = 'UNKNOWN_RESTAURANTS_INVALID',
                detail = format('unknown_restaurants=%s', left(p_unknown_restaurants, 64));
    end if;
    perform ledger.require_timezone(p_default_timezone);

    return query
    update ledger.platform_settings as s
    set
        unknown_restaurants = coalesce(p_unknown_restaurants, s.unknown_restaurants),
        default_timezone = coalesce(p_default_timezone, s.default_timezone)
    returning s.unknown_restaurants, s.default_timezone;
end;
$function$;

comment on function api.set_platform_settings(text, text)
is 'Changes the platform''s own settings.';
