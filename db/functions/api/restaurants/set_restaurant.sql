create or replace function api.set_restaurant(
    p_restaurant_id text,
    p_timezone text default null,
    p_day_close_hour integer default null,
    p_settlement_delay_days integer default null,
    p_payouts_paused boolean default null
)
returns table (
    restaurant_id text,
    timezone text,
    day_close_hour smallint,
    settlement_delay_days smallint,
    is_payouts_paused boolean,
    created_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_restaurant(5)
 *     Registers a restaurant or changes its settings. They hold for what is posted from now on:
 *     days of entries in the book do not move.
 * Parameters:
 *     p_restaurant_id          - the platform's id of the restaurant
 *     p_timezone               - IANA name of its time zone
 *     p_day_close_hour         - local hour at which its business day ends, 0 to 7
 *     p_settlement_delay_days  - days until money in is available, 0 to 60
 *     p_payouts_paused         - whether payout runs pass it over
 *     null leaves a setting as it is
 * Returns:
 *     the restaurant as it is now
 * Raises:
 *     LBARG  the restaurant's id is missing
 *     LURID  it is not an id
 *     LUTZN  the time zone is not known
 *     LUHRS  the hour is out of range
 *     LUDLY  the delay is out of range
 * Calls:  ledger.require_settings
 * Reads:  ledger.platform_settings
 * Writes: ledger.restaurants, ledger.account_balances
 * Locks:  the restaurant's accounts, then its row
 */
begin
    perform ledger.require_settings(
        p_restaurant_id, p_timezone, p_day_close_hour, p_settlement_delay_days
    );

    insert into ledger.restaurants (restaurant_id, timezone, created_at)
    select p_restaurant_id, s.default_timezone, clock_timestamp()
    from ledger.platform_settings as s
    on conflict do nothing;

    -- The order of locks: accounts, by key, before the restaurant's row.
    perform
    from ledger.account_balances as b
    where b.restaurant_id = p_restaurant_id
    order by b.currency
    for no key update;
    update ledger.restaurants as r
    set
        timezone = coalesce(p_timezone, r.timezone),
        day_close_hour = coalesce(p_day_close_hour, r.day_close_hour),
        settlement_delay_days = coalesce(p_settlement_delay_days, r.settlement_delay_days),
        is_payouts_paused = coalesce(p_payouts_paused, r.is_payouts_paused)
    where r.restaurant_id = p_restaurant_id;
    update ledger.account_balances as b
    set
        timezone = r.timezone,
        day_close_hour = r.day_close_hour,
        settlement_delay_days = r.settlement_delay_days
    from ledger.restaurants as r
    where b.restaurant_id = p_restaurant_id
        and r.restaurant_id = p_restaurant_id
        and (b.timezone, b.day_close_hour, b.settlement_delay_days)
        is distinct from (r.timezone, r.day_close_hour, r.settlement_delay_days);

    return query
    select
        r.restaurant_id,
        r.timezone,
        r.day_close_hour,
        r.settlement_delay_days,
        r.is_payouts_paused,
        r.created_at
    from ledger.restaurants as r
    where r.restaurant_id = p_restaurant_id;
end;
$function$;

comment on function api.set_restaurant(text, text, integer, integer, boolean)
is 'Registers a restaurant or changes its settings.';
