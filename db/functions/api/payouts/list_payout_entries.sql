create or replace function api.list_payout_entries(
    p_payout_id text,
    p_limit integer default 100,
    p_cursor text default null
)
returns table (
    item_type text,
    amount bigint,
    entry_seq bigint,
    entry_type text,
    provider text,
    event_id text,
    business_day date,
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
 * Function: api.list_payout_entries(3)
 *     The entries that a payout pays, by settlement day, between what it has from earlier payouts
 *     and what it leaves to later ones. Their amounts add up to the payout's.
 * Parameters:
 *     p_payout_id  - as run_payouts created it
 *     p_limit      - the most rows, 1 to 500
 *     p_cursor     - continue after the row that had this cursor
 * Returns:
 *     a row an entry, or carried_in or carried_out, which have no entry; amount in minor units with
 *     its sign; item_type as in the items of api.get_payout
 * Raises:
 *     LBARG  the payout is missing
 *     LBCUR  the cursor is not one of this list
 *     LBLIM  the limit is out of range
 *     LNPAY  there is no such payout
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.require_payout,
 *         ledger.pick_payout_entries, ledger.write_cursor
 * Reads:  ledger.processor_events
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(p_cursor, '^[0-2] [0-9]{1,7} [0-9]{1,18}$');
    v_payout constant ledger.payouts := ledger.require_payout(p_payout_id);
begin
    return query
    select
        e.item_type,
        e.amount,
        e.entry_seq,
        e.entry_type,
        v.provider,
        v.event_id,
        e.business_day,
        e.settlement_day,
        coalesce(v.occurred_at, e.recorded_at),
        e.recorded_at,
        ledger.write_cursor(
            concat_ws(
                ' ', e.place, coalesce(e.settlement_day - date '0001-01-01', 0),
                coalesce(e.entry_seq, 0)
            )
        )
    from ledger.pick_payout_entries(
        v_payout,
        split_part(v_after, ' ', 1)::integer,
        date '0001-01-01' + split_part(v_after, ' ', 2)::integer,
        split_part(v_after, ' ', 3)::bigint,
        v_limit
    ) as e
    left join ledger.processor_events as v
        on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
    order by e.place, e.settlement_day, e.entry_seq;
end;
$function$;

comment on function api.list_payout_entries(text, integer, text)
is 'The entries that a payout pays, which add up to it.';
