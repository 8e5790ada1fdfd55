create or replace function api.list_entries(
    p_restaurant_id text,
    p_currency text,
    p_from date default null,
    p_to date default null,
    p_limit integer default 100,
    p_cursor text default null,
    p_newest_first boolean default false,
    p_payout_id text default null,
    p_recorded_from timestamptz default null,
    p_recorded_to timestamptz default null
)
returns table (
    entry_seq bigint, entry_type text, amount bigint, balance_change bigint, balance_after bigint,
    reserved_after bigint, held_after bigint, event_id text, payout_id text, business_day date,
    available_on date, settlement_day date, occurred_at timestamptz, recorded_at timestamptz,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_entries(10)
 *     The statement of a restaurant in one currency: its entries in the order in which they were
 *     recorded, or, if days are asked for, by settlement day. Says so in a notice where it leaves
 *     some out; the view reporting.ledger_entries has all.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_from, p_to     - only what settles on these days or between them
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 *     p_newest_first   - the newest first
 *     p_payout_id      - only what reserves, releases or gives back this payout
 *     p_recorded_from, p_recorded_to  - only what was recorded at the one moment or later, and
 *                        before the other
 * Returns:
 *     a row an entry; amounts in minor units, amount positive, balance_change with its sign;
 *     occurred_at: of the event, or when the payout was created
 * Raises:
 *     LBARG  an argument is missing
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_limit, ledger.require_restaurant, ledger.require_currency,
 *         ledger.first_entry_since, ledger.pick_entries, ledger.read_cursor, ledger.write_cursor
 * Reads:  ledger.entry_types, ledger.processor_events, ledger.payouts
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_newest_first constant boolean := coalesce(p_newest_first, false);
    v_is_by_day constant boolean := num_nonnulls(p_from, p_to) > 0;
    v_after constant text := ledger.read_cursor(
        p_cursor, case when v_is_by_day then '^[0-9]{1,18} [0-9]{1,7}$' else '^[0-9]{1,18}$' end
    );
    v_currency constant text := ledger.require_currency(p_currency);
    v_row record;
    v_rows integer := 0;
begin
    perform ledger.require_restaurant(p_restaurant_id);

    for v_row in
        select e.*, t.balance_effect, k.event_id,
            coalesce(k.occurred_at, p.created_at, e.recorded_at) as occurred_at
        from ledger.pick_entries(
            p_restaurant_id, v_currency, p_from, p_to,
            ledger.first_entry_since(p_restaurant_id, v_currency, p_recorded_from),
            ledger.first_entry_since(p_restaurant_id, v_currency, p_recorded_to) - 1,
            p_payout_id, date '0001-01-01' + nullif(split_part(v_after, ' ', 2), '')::integer,
            split_part(v_after, ' ', 1)::bigint, v_is_by_day, v_newest_first, v_limit + 1
        ) with ordinality as e
        inner join ledger.entry_types as t on e.entry_type = t.entry_type
        left join ledger.processor_events as k
            on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
        left join ledger.payouts as p
            on e.restaurant_id = p.restaurant_id and e.payout_id = p.payout_id
        order by e.ordinality
    loop
        v_rows := v_rows + 1;
        if v_rows > v_limit then
            raise notice 'only the first % of more: give p_limit (up to 500) or p_cursor', v_limit;
            exit;
        end if;
        entry_seq := v_row.entry_seq;
        entry_type := v_row.entry_type;
        amount := v_row.amount;
        balance_change := v_row.balance_effect * v_row.amount;
        balance_after := v_row.balance_after;
        reserved_after := v_row.reserved_after;
        held_after := coalesce(v_row.held_after, 0);
        event_id := v_row.event_id;
        payout_id := v_row.payout_id;
        business_day := v_row.business_day;
        available_on := v_row.available_on;
        settlement_day := v_row.settlement_day;
        occurred_at := v_row.occurred_at;
        recorded_at := v_row.recorded_at;
        cursor := ledger.write_cursor(
            v_row.entry_seq
            || case
                when v_is_by_day then ' ' || v_row.settlement_day - date '0001-01-01' else ''
            end
        );
        return next;
    end loop;
end;
$function$;

comment on function api.list_entries(
    text, text, date, date, integer, text, boolean, text, timestamptz, timestamptz
)
is 'The statement of a restaurant in one currency, with the running balance.';
