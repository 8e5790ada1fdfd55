create or replace function api.list_entries(
    p_restaurant_id text,
    p_currency text,
    p_from date default null,
    p_to date default null,
    p_limit integer default 100,
    p_cursor text default null
)
returns table (
    entry_seq bigint,
    entry_type text,
    amount bigint,
    balance_change bigint,
    balance_after bigint,
    reserved_after bigint,
    event_id text,
    payout_id text,
    business_day date,
    available_on date,
    settlement_day date,
    occurred_at timestamptz,
    recorded_at timestamptz,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_entries(6)
 *     The statement of a restaurant in one currency: its entries in order, with the running
 *     balance.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_from, p_to     - only what settles on these days or between them
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row an entry; amounts in minor units, amount positive, balance_change with its sign
 * Raises:
 *     LBARG  an argument is missing
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.require_restaurant, ledger.require_currency,
 *         ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.ledger_entries, ledger.entry_types, ledger.processor_events,
 *         ledger.payouts
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
    v_currency constant text := ledger.require_currency(p_currency);
begin
    perform ledger.require_restaurant(p_restaurant_id);

    return query
    select
        e.entry_seq,
        e.entry_type,
        e.amount,
        t.balance_effect * e.amount,
        e.balance_after,
        e.reserved_after,
        k.event_id,
        e.payout_id,
        e.business_day,
        e.available_on,
        e.settlement_day,
        coalesce(k.occurred_at, p.created_at),
        e.recorded_at,
        ledger.write_cursor(e.entry_seq::text)
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    left join ledger.processor_events as k
        on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
    left join ledger.payouts as p
        on e.restaurant_id = p.restaurant_id and e.payout_id = p.payout_id
    where e.restaurant_id = p_restaurant_id
        and e.currency = v_currency
        and e.entry_seq > coalesce(v_after, 0)
        and e.settlement_day between coalesce(p_from, '-infinity') and coalesce(p_to, 'infinity')
    order by e.entry_seq
    limit v_limit;
end;
$function$;

comment on function api.list_entries(text, text, date, date, integer, text)
is 'The statement of a restaurant in one currency, with the running balance.';
