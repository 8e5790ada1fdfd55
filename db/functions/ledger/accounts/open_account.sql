create or replace function ledger.open_account(
    p_restaurant_id text,
    p_currency text,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.open_account(3)
 *     Opens a restaurant's account in a currency, if it is not there yet. A restaurant that is not
 *     registered is so with the platform's defaults, unless its settings refuse that. Two callers
 *     at once open one account.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_now            - the clock
 * Reads:  ledger.platform_settings
 * Writes: ledger.restaurants, ledger.account_balances
 * Locks:  ledger.restaurants, one row; waits for who opens another of its accounts or changes it
 */
begin
    insert into ledger.restaurants (restaurant_id, timezone, is_payouts_paused, created_at)
    select
        p_restaurant_id,
        s.default_timezone,
        s.unknown_restaurants = 'hold_payouts',
        p_now
    from ledger.platform_settings as s
    where s.unknown_restaurants <> 'refuse'
    on conflict do nothing;

    -- The settings of one that was there stay until the account is: set_restaurant waits. Written,
    -- not only locked, so that one whose snapshot does not see the account fails instead of passing
    -- it by.
    if not found then
        update ledger.restaurants as r
        set timezone = r.timezone
        where r.restaurant_id = p_restaurant_id;
    end if;
    insert into ledger.account_balances (
        restaurant_id, currency, timezone, day_close_hour, settlement_delay_days, is_closed
    )
    select
        r.restaurant_id, p_currency, r.timezone, r.day_close_hour, r.settlement_delay_days,
        r.closed_at is not null
    from ledger.restaurants as r
    where r.restaurant_id = p_restaurant_id
    on conflict do nothing;
end;
$function$;

comment on function ledger.open_account(text, text, timestamptz)
is 'Opens a restaurant''s account in a currency, if it is not there yet.';
