create or replace function api.set_platform_settings(
    p_unknown_restaurants text default null,
    p_default_timezone text default null,
    p_payouts_waiting_hours integer default null,
    p_deferred_warning_hours integer default null,
    p_takes_test_events boolean default null,
    p_seal_hours integer default null,
    p_actor text default session_user
)
returns table (
    unknown_restaurants text,
    default_timezone text,
    payouts_waiting_hours integer,
    deferred_warning_hours integer,
    takes_test_events boolean,
    seal_hours integer
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_platform_settings(7)
 *     Changes the platform's own settings. They hold for what is posted from now on. Who changed
 *     what is kept.
 * Parameters:
 *     p_unknown_restaurants  - when an event names one that is not registered: register it,
 *                              hold_payouts (register it with its payouts paused) or refuse the
 *                              event
 *     p_default_timezone     - IANA name; the time zone of restaurants registered without one
 *     p_payouts_waiting_hours  - how long a payout may be CREATED before a person should ask where
 *                              it is, 1 to 8760
 *     p_deferred_warning_hours  - how long an event may wait for what it refers to before that is
 *                              a finding, 0 to 8760
 *     p_takes_test_events    - whether events of a test mode ("livemode": false) are taken
 *     p_seal_hours           - how old the last seal may be before a worker seals and audits the
 *                              book, 0 (never) to 8760
 *     p_actor                - who does it; by default the login
 *     null leaves a setting as it is
 * Returns:
 *     the settings as they are now
 * Raises:
 *     LUACT  the actor is no name
 *     LUHRD  p_deferred_warning_hours is out of range
 *     LUHRW  p_payouts_waiting_hours is out of range
 *     LUHSE  p_seal_hours is out of range
 *     LUUNK  p_unknown_restaurants is none of the three
 *     LUTZN  the time zone is not known
 * Calls:  ledger.require_actor, ledger.require_timezone, ledger.record_changes
 * Writes: ledger.platform_settings
 * Locks:  the one row
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
    v_before jsonb;
    v_after ledger.platform_settings;
begin
    if p_unknown_restaurants not in ('register', 'hold_payouts', 'refuse') then
        raise exception 'unknown_restaurants is register, hold_payouts or refuse'
            using errcode = 'LUUNK', constraint = 'UNKNOWN_RESTAURANTS_INVALID',
                detail = format('unknown_restaurants=%s', left(p_unknown_restaurants, 64));
    elsif p_payouts_waiting_hours not between 1 and 8760 then
        raise exception 'payouts_waiting_hours must be from 1 to 8760'
            using errcode = 'LUHRW', constraint = 'PAYOUTS_WAITING_HOURS_INVALID',
                detail = format('payouts_waiting_hours=%s', p_payouts_waiting_hours);
    elsif p_deferred_warning_hours not between 0 and 8760 then
        raise exception 'deferred_warning_hours must be from 0 to 8760'
            using errcode = 'LUHRD', constraint = 'DEFERRED_WARNING_HOURS_INVALID',
                detail = format('deferred_warning_hours=%s', p_deferred_warning_hours);
    elsif p_seal_hours not between 0 and 8760 then
        raise exception 'seal_hours must be from 0 to 8760'
            using errcode = 'LUHSE', constraint = 'SEAL_HOURS_INVALID',
                detail = format('seal_hours=%s', p_seal_hours);
    end if;
    perform ledger.require_timezone(p_default_timezone);

    select to_jsonb(s)
    into v_before
    from ledger.platform_settings as s
    for no key update;
    update ledger.platform_settings as s
    set
        unknown_restaurants = coalesce(p_unknown_restaurants, s.unknown_restaurants),
        default_timezone = coalesce(p_default_timezone, s.default_timezone),
        payouts_waiting_hours = coalesce(p_payouts_waiting_hours, s.payouts_waiting_hours),
        deferred_warning_hours = coalesce(p_deferred_warning_hours, s.deferred_warning_hours),
        takes_test_events = coalesce(p_takes_test_events, s.takes_test_events),
        seal_hours = coalesce(p_seal_hours, s.seal_hours)
    returning s.* into v_after;
    perform ledger.record_changes('', v_before, to_jsonb(v_after), v_actor, clock_timestamp());

    return query
    select
        v_after.unknown_restaurants, v_after.default_timezone, v_after.payouts_waiting_hours,
        v_after.deferred_warning_hours, v_after.takes_test_events, v_after.seal_hours;
end;
$function$;

comment on function api.set_platform_settings(
    text, text, integer, integer, boolean, integer, text
)
is 'Changes the platform''s own settings.';
