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
 *     Opens a restaurant's account in a currency and registers the restaurant with the defaults, if
 *     they are not there yet. Two callers at once open one account.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_now            - the clock
 * Writes: ledger.restaurants, ledger.account_balances
 * Locks:  waits for another transaction that opens the same; see ledger.lock_account
 */
begin
    insert into ledger.restaurants (restaurant_id, created_at)
    values (p_restaurant_id, p_now)
    on conflict do nothing;

    insert into ledger.account_balances (restaurant_id, currency)
    values (p_restaurant_id, p_currency)
    on conflict do nothing;
end;
$function$;

comment on function ledger.open_account(text, text, timestamptz)
is 'Opens a restaurant''s account in a currency, if it is not there yet.';
