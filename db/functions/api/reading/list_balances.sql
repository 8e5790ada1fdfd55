create or replace function api.list_balances(
    p_restaurant_id text default null,
    p_currency text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    restaurant_id text,
    currency text,
    available numeric,
    pending numeric,
    reserved bigint,
    held bigint,
    total numeric,
    last_event_at timestamptz,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.list_balances(4)
 *     What restaurants own now: all currencies of one, all restaurants in one currency, or all.
 *     Planned for the arguments it has, so that an index gives the page.
 * Parameters:
 *     p_restaurant_id  - only of this restaurant
 *     p_currency       - only in this currency, an ISO 4217 code in either case
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row an account, by restaurant and currency; see api.get_balance. Where the server does not
 *     know the restaurant's time zone, what depends on its day (available, pending) is null
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.require_restaurant,
 *         ledger.require_currency, ledger.known_timezones, ledger.business_day,
 *         ledger.write_cursor
 * Reads:  ledger.account_balances, ledger.pending_days
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(
        p_cursor, '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63} [A-Z]{3}$'
    );
    v_currency text;
begin
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;

    return query
    with page as materialized (
        select b.*
        from ledger.account_balances as b
        where (p_restaurant_id is null or b.restaurant_id = p_restaurant_id)
            and (v_currency is null or b.currency = v_currency)
            and (
                v_after is null
                or (b.restaurant_id, b.currency) > (
                    split_part(v_after, ' ', 1), split_part(v_after, ' ', 2)
                )
            )
        order by b.restaurant_id, b.currency
        limit v_limit
    )

    select
        p.restaurant_id,
        p.currency,
        p.balance - q.pending,
        q.pending,
        p.reserved,
        p.held,
        p.balance::numeric + p.reserved + p.held,
        p.last_event_at,
        ledger.write_cursor(p.restaurant_id || ' ' || p.currency)
    from page as p
    cross join (
        select ledger.known_timezones(array(select distinct z.timezone from page as z))
        as timezones
    ) as k
    cross join lateral (
        select case
            when p.timezone = any(k.timezones)
                then ledger.business_day(now(), p.timezone, p.day_close_hour)
        end as today
    ) as d
    cross join lateral (
        select case when d.today is not null then coalesce(sum(x.amount), 0) end as pending
        from ledger.pending_days as x
        where x.restaurant_id = p.restaurant_id
            and x.currency = p.currency
            and x.available_on > d.today
    ) as q
    order by p.restaurant_id, p.currency;
end;
$function$;

comment on function api.list_balances(text, text, integer, text)
is 'What restaurants own now, by restaurant and currency.';
