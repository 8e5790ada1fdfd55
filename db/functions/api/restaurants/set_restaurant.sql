create or replace function api.set_restaurant(
    p_restaurant_id text,
    p_timezone text default null,
    p_day_close_hour integer default null,
    p_settlement_delay_days integer default null,
    p_payouts_paused boolean default null,
    p_closed boolean default null,
    p_actor text default session_user
)
returns table (
    restaurant_id text, timezone text, day_close_hour smallint, settlement_delay_days smallint,
    payouts_paused boolean, closed boolean, closed_at timestamptz, created_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_restaurant(7)
 *     Registers a restaurant or changes its settings. They hold for what is posted from now on:
 *     days of entries in the book do not move. Who changed what is kept.
 * Parameters:
 *     p_restaurant_id          - the platform's id of the restaurant
 *     p_timezone               - IANA name of its time zone
 *     p_day_close_hour         - local hour at which its business day ends, 0 to 7
 *     p_settlement_delay_days  - days until money in is available, 0 to 60
 *     p_payouts_paused         - whether payout runs pass it over
 *     p_closed                 - whether it takes no new charge; it is paid out all the same
 *     p_actor                  - who does it; by default the login
 *     null leaves a setting as it is
 * Returns:
 *     the restaurant as it is now
 * Raises:
 *     LBARG  the restaurant's id is missing
 *     LUACT  the actor is no name
 *     LURID  it is not an id
 *     LUTZN  the time zone is not known
 *     LUHRS  the hour is out of range
 *     LUDLY  the delay is out of range
 * Calls:  ledger.require_settings, ledger.require_actor, ledger.list_settings,
 *         ledger.record_changes
 * Reads:  ledger.platform_settings
 * Writes: ledger.restaurants, ledger.account_balances
 * Locks:  the restaurant's row, then its accounts
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
    v_before ledger.restaurants;
    v_after ledger.restaurants;
    v_now timestamptz;
    v_is_new boolean;
begin
    perform ledger.require_settings(
        p_restaurant_id, p_timezone, p_day_close_hour, p_settlement_delay_days
    );

    insert into ledger.restaurants (restaurant_id, timezone, created_at)
    select p_restaurant_id, s.default_timezone, clock_timestamp()
    from ledger.platform_settings as s
    on conflict do nothing;
    v_is_new := found;

    -- The order of locks: the restaurant's row before its accounts. Who opens an account writes the
    -- row too, so that none is opened with the settings of before, nor passed by unseen.
    select r.*
    into v_before
    from ledger.restaurants as r
    where r.restaurant_id = p_restaurant_id
    for no key update;
    perform
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
    order by b.currency
    for no key update;
    v_now := clock_timestamp();

    update ledger.restaurants as r
    set
        timezone = coalesce(p_timezone, r.timezone),
        day_close_hour = coalesce(p_day_close_hour, r.day_close_hour),
        settlement_delay_days = coalesce(p_settlement_delay_days, r.settlement_delay_days),
        is_payouts_paused = coalesce(p_payouts_paused, r.is_payouts_paused),
        closed_at = case
            when coalesce(p_closed, r.closed_at is not null) then coalesce(r.closed_at, v_now)
        end
    where r.restaurant_id = p_restaurant_id
    returning r.* into v_after;
    update ledger.account_balances as b
    set
        timezone = v_after.timezone,
        day_close_hour = v_after.day_close_hour,
        settlement_delay_days = v_after.settlement_delay_days,
        is_closed = v_after.closed_at is not null
    where b.restaurant_id = p_restaurant_id
        and (
            b.timezone, b.day_close_hour, b.settlement_delay_days, b.is_closed,
            v_before.is_payouts_paused  -- a run with an older snapshot must not pay it
        ) is distinct from (
            v_after.timezone, v_after.day_close_hour, v_after.settlement_delay_days,
            v_after.closed_at is not null, v_after.is_payouts_paused
        );
    perform ledger.record_changes(
        p_restaurant_id, case when v_is_new then '{}' else ledger.list_settings(v_before) end,
        ledger.list_settings(v_after), v_actor, v_now
    );

    return query
    select
        v_after.restaurant_id, v_after.timezone, v_after.day_close_hour,
        v_after.settlement_delay_days, v_after.is_payouts_paused, v_after.closed_at is not null,
        v_after.closed_at, v_after.created_at;
end;
$function$;

comment on function api.set_restaurant(text, text, integer, integer, boolean, boolean, text)
is 'Registers a restaurant or changes its settings.';
