create or replace function api.list_disputes(
    p_restaurant_id text default null,
    p_currency text default null,
    p_state text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    dispute_id text, restaurant_id text, provider text, currency text, state text, amount bigint,
    fee bigint, held bigint, payment_id text, event_id text, opened_at timestamptz,
    decided_at timestamptz, received_at timestamptz, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.list_disputes(5)
 *     Disputes, the newest first. Says so in a notice where it leaves some out; the view
 *     reporting.disputes has all.
 * Parameters:
 *     p_restaurant_id, p_currency, p_state  - only these; a state is OPEN, WON or LOST
 *     p_limit   - the most rows, 1 to 500
 *     p_cursor  - continue after the row that had this cursor
 * Returns:
 *     a row a dispute; amounts in minor units
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUSTE  the state is none of a dispute
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.require_state,
 *         ledger.require_restaurant, ledger.require_currency, ledger.write_cursor
 * Reads:  ledger.holdings, ledger.account_balances, reporting.disputes
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_before constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
    v_currency text;
    v_event_no bigint;
    v_rows integer := 0;
begin
    perform ledger.require_state(p_state, '{OPEN,WON,LOST}');
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;

    for
        dispute_id, restaurant_id, provider, currency, state, amount, fee, held, payment_id,
        event_id, opened_at, decided_at, received_at, v_event_no
    in
        select
            p.dispute_id, p.restaurant_id, p.provider, p.currency, p.state, p.amount, p.fee, p.held,
            p.payment_id, p.event_id, p.opened_at, p.decided_at, p.received_at, p.event_no
        from (
            select h.restaurant_id, h.event_no
            from ledger.holdings as h
            where h.event_type = 'dispute_opened'
                and (p_restaurant_id is null or h.restaurant_id = p_restaurant_id)
                and (v_before is null or h.event_no < v_before)
                -- What is open is in an account that has something held back.
                and ((p_state = 'OPEN') is not true or exists (
                    select
                    from ledger.account_balances as b
                    where b.restaurant_id = h.restaurant_id
                        and b.held > 0
                ))
            order by h.event_no desc
        ) as k
        cross join lateral (
            select x.*
            from reporting.disputes as x
            where x.restaurant_id = k.restaurant_id
                and x.event_no = k.event_no
            limit 1
        ) as p
        where (v_currency is null or p.currency = v_currency)
            and (p_state is null or p.state = p_state)
        order by k.event_no desc
        limit v_limit + 1
    loop
        v_rows := v_rows + 1;
        if v_rows > v_limit then
            raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor', v_limit;
            exit;
        end if;
        cursor := ledger.write_cursor(v_event_no::text);
        return next;
    end loop;
end;
$function$;

comment on function api.list_disputes(text, text, text, integer, text)
is 'Disputes, the newest first.';
