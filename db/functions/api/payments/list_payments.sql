create or replace function api.list_payments(
    p_restaurant_id text default null,
    p_currency text default null,
    p_state text default null,
    p_recorded_from timestamptz default null,
    p_recorded_to timestamptz default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    payment_id text, restaurant_id text, provider text, currency text, state text, charged bigint,
    refunded numeric, disputed numeric, reversed numeric, refundable numeric, held numeric,
    fee numeric, reservation_id text, event_id text, occurred_at timestamptz,
    received_at timestamptz, recorded_at timestamptz, business_day date, available_on date,
    settlement_day date, payout_id text, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_payments(7)
 *     Payments, the newest first. Says so in a notice where it leaves some out; the view
 *     reporting.payments has all.
 * Parameters:
 *     p_restaurant_id, p_currency, p_state  - only these; a state is as in reporting.payments
 *     p_recorded_from, p_recorded_to  - only what was recorded at the one moment or later, and
 *                 before the other; the restaurant and the currency must be given then
 *     p_limit   - the most rows, 1 to 500
 *     p_cursor  - continue after the row that had this cursor
 * Returns:
 *     a row a payment; amounts in minor units
 * Raises:
 *     LBARG  moments are given, but not the restaurant and the currency
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUSTE  the state is none of a payment
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.require_state,
 *         ledger.require_restaurant, ledger.require_currency, ledger.pick_payments,
 *         ledger.write_cursor
 * Reads:  reporting.payments
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_before constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
    v_currency text;
    v_event_no bigint;
    v_rows integer := 0;
begin
    perform ledger.require_state(
        p_state,
        '{CHARGED,PARTLY_REFUNDED,REFUNDED,DISPUTED,LOST,REVERSED}'
    );
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    if p_currency is not null then
        v_currency := ledger.require_currency(p_currency);
    end if;
    if num_nonnulls(p_recorded_from, p_recorded_to) > 0
        and num_nulls(p_restaurant_id, p_currency) > 0 then
        raise exception '% is missing',
            case when p_restaurant_id is null then 'restaurant_id' else 'currency' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument='
                    || case when p_restaurant_id is null then 'restaurant_id' else 'currency' end,
                hint = 'What an account has recorded is in the order of time.';
    end if;

    for
        payment_id, restaurant_id, provider, currency, state, charged, refunded, disputed, reversed,
        refundable, held, fee, reservation_id, event_id, occurred_at, received_at, recorded_at,
        business_day, available_on, settlement_day, payout_id, v_event_no
    in
        select
            p.payment_id, p.restaurant_id, p.provider, p.currency, p.state, p.charged, p.refunded,
            p.disputed, p.reversed, p.refundable, p.held, p.fee, p.reservation_id, p.event_id,
            p.occurred_at, p.received_at, p.recorded_at, p.business_day, p.available_on,
            p.settlement_day, p.payout_id, p.event_no
        from ledger.pick_payments(
            p_restaurant_id, v_currency, p_state, p_recorded_from, p_recorded_to, v_before,
            v_limit + 1
        ) with ordinality as k
        cross join lateral (
            select x.*
            from reporting.payments as x
            where x.restaurant_id = k.restaurant_id
                and x.event_no = k.event_no
            limit 1
        ) as p
        order by k.ordinality
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

comment on function api.list_payments(
    text, text, text, timestamptz, timestamptz, integer, text
)
is 'Payments, the newest first.';
