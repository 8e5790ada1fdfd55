create or replace function api.preview_payouts(
    p_currency text,
    p_as_of date,
    p_min_amount bigint default 1,
    p_restaurant_ids text[] default null,
    p_limit integer default 500,
    p_cursor text default null
)
returns table (
    restaurant_id text,
    payout_id text,
    amount numeric,
    reason text,
    items jsonb,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
as $function$
/*
 * Function: api.preview_payouts(6)
 *     A dry run, restaurant by restaurant: what a run with the same arguments would pay each, what
 *     that consists of, and why it would not. Writes and locks nothing.
 * Parameters:
 *     p_currency        - ISO 4217 code, in either case
 *     p_as_of           - the last settlement day to pay; not in the future
 *     p_min_amount      - minor units; who has less, or less than its terms' minimum, waits
 *     p_restaurant_ids  - only these; null: all
 *     p_limit           - the most rows, 1 to 500
 *     p_cursor          - continue after the row that had this cursor
 * Returns:
 *     a row for each restaurant that has an account in the currency, by its id; reason is null for
 *     who would be paid, amount what could be paid, in minor units; payout_id the id that the
 *     payout would have
 * Raises:
 *     LBARG  an argument is missing
 *     LBCUR  the cursor is not one of this list
 *     LBDAT  p_as_of is not a calendar day
 *     LBIDS  p_restaurant_ids has a null in it, or is too long
 *     LBLIM  the limit is out of range
 *     LNRES  a restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_payout_run, ledger.require_payees, ledger.require_limit,
 *         ledger.read_cursor, ledger.write_cursor, ledger.pick_payees, ledger.known_timezones,
 *         ledger.decide_payout, ledger.derive_payout_id
 * Reads:  ledger.restaurants
 * Locks:  none
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_currency constant text := ledger.require_payout_run(
        p_currency, p_as_of, p_min_amount, true, v_now
    );
    v_ids constant text[] := ledger.pick_payees(
        v_currency,
        ledger.require_payees(p_restaurant_ids),
        coalesce(ledger.read_cursor(p_cursor, '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'), ''),
        ledger.require_limit(p_limit)
    );
    v_timezones constant text[] := ledger.known_timezones(
        array(
            select distinct s.timezone
            from unnest(v_ids) as r (restaurant_id)
            inner join ledger.restaurants as s on r.restaurant_id = s.restaurant_id
        )
    );
begin
    return query
    select
        r.restaurant_id,
        ledger.derive_payout_id(r.restaurant_id, v_currency, p_as_of),
        c.amount,
        c.reason,
        (
            select jsonb_agg(
                i.item
                order by
                    i.item ->> 'item_type' = 'carried_out', i.item ->> 'item_type' <> 'carried_in',
                    (i.item ->> 'amount')::numeric desc, i.item ->> 'item_type'
            )
            from jsonb_array_elements(c.items) as i (item)
        ),
        ledger.write_cursor(r.restaurant_id)
    from unnest(v_ids) with ordinality as r (restaurant_id, place)
    cross join lateral ledger.decide_payout(
        r.restaurant_id, v_currency, p_as_of, p_min_amount, false, v_timezones, v_now
    ) as c
    order by r.place;
end;
$function$;

comment on function api.preview_payouts(text, date, bigint, text[], integer, text)
is 'What a payout run would pay each restaurant, of what that consists, or why not.';
