create or replace function api.get_balance(
    p_restaurant_id text,
    p_currency text,
    p_at timestamptz default null
)
returns table (
    restaurant_id text,
    currency text,
    available numeric,
    pending numeric,
    reserved bigint,
    held bigint,
    total numeric,
    last_event_at timestamptz
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_generic_plan
as $function$
/*
 * Function: api.get_balance(3)
 *     What a restaurant owns in one currency, now or at an earlier moment. The cost does not grow
 *     with the book.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_at             - the moment: what was recorded by then, in the day that it was then. Before
 *                        the first entry there was nothing. Transactions that were under way then
 *                        may add to it until they end; after that it never changes. Null: now
 * Returns:
 *     one row; amounts in minor units of the currency. available may be negative: a debt. pending
 *     is not available yet, reserved is in payouts under way, held is held back for disputes; total
 *     is the sum of the four. last_event_at is the latest occurred_at posted; with p_at it is null
 *     if something was recorded since
 * Raises:
 *     LBARG  an argument is missing
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUMOM  the moment has not come
 * Calls:  ledger.business_day, ledger.require_currency, ledger.require_restaurant,
 *         ledger.read_balance
 * Reads:  ledger.restaurants, ledger.account_balances, ledger.pending_days
 * Locks:  none
 */
declare
    v_account record;
begin
    if p_at is not null then
        currency := ledger.require_currency(p_currency);
        perform ledger.require_restaurant(p_restaurant_id);
        restaurant_id := p_restaurant_id;
        select b.*
        into available, pending, reserved, held, total, last_event_at
        from ledger.read_balance(p_restaurant_id, currency, p_at, clock_timestamp()) as b;
        return next;
        return;
    end if;

    currency := upper(p_currency collate "C");
    select
        ledger.business_day(now(), s.timezone, s.day_close_hour) as today,
        b.restaurant_id,
        b.balance,
        b.reserved,
        b.held,
        b.last_event_at
    into v_account
    from ledger.restaurants as s
    left join ledger.account_balances as b
        on s.restaurant_id = b.restaurant_id and b.currency = get_balance.currency
    where s.restaurant_id = p_restaurant_id;

    -- An account tells that both exist.
    if v_account.restaurant_id is null then
        currency := ledger.require_currency(p_currency);
        perform ledger.require_restaurant(p_restaurant_id);
    end if;

    select coalesce(sum(d.amount), 0)
    into pending
    from ledger.pending_days as d
    where d.restaurant_id = p_restaurant_id
        and d.currency = get_balance.currency
        and d.available_on > v_account.today;

    restaurant_id := p_restaurant_id;
    available := coalesce(v_account.balance, 0) - pending;
    reserved := coalesce(v_account.reserved, 0);
    held := coalesce(v_account.held, 0);
    total := coalesce(v_account.balance, 0) + reserved + held;
    last_event_at := v_account.last_event_at;
    return next;
end;
$function$;

comment on function api.get_balance(text, text, timestamptz)
is 'What a restaurant owns in one currency, now or at an earlier moment.';
