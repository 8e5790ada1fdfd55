create or replace function ledger.pick_payments(
    p_restaurant_id text,
    p_currency text,
    p_state text,
    p_recorded_from timestamptz,
    p_recorded_to timestamptz,
    p_before bigint,
    p_limit integer
)
returns table (restaurant_id text, event_no bigint)
language plpgsql
stable
as $function$
/*
 * Function: ledger.pick_payments(7)
 *     One page of payments, the newest first, by the shortest way that there is: no index over all
 *     events need know them.
 * Parameters:
 *     p_restaurant_id  - of this restaurant; null: of all
 *     p_currency       - ISO 4217 code; null: any
 *     p_state          - as in reporting.payments; null: any
 *     p_recorded_from, p_recorded_to  - recorded at the one moment or later and before the other;
 *                        null: any. With a state that something has brought about, or with the
 *                        restaurant and the currency
 *     p_before         - the number of the event before the page; null: none
 *     p_limit          - the most rows
 * Returns:
 *     the keys of their charges, in that order
 * Calls:  ledger.pick_account_payments, ledger.pick_followed_payments,
 *         ledger.pick_recent_payments
 * Reads:  ledger.processor_events_event_no_seq
 * Locks:  none
 */
declare
    v_end bigint := p_before;
    v_after bigint;
    v_width bigint := 10000;
    v_left integer := p_limit;
    v_rows integer;
begin
    if (p_state <> 'CHARGED') is not true and num_nulls(p_restaurant_id, p_currency) = 0 then
        return query
        select k.restaurant_id, k.event_no
        from ledger.pick_account_payments(
            p_restaurant_id, p_currency, p_state, p_recorded_from, p_recorded_to, p_before, p_limit
        ) as k;
        return;
    elsif v_end is null then
        select s.last_value + 1
        into v_end
        from ledger.processor_events_event_no_seq as s;
    end if;

    -- The newest of all restaurants are looked for among the last events, then among more: a
    -- restaurant that has none there costs one look at its index.
    while v_end > 1 and v_left > 0 loop
        v_after := case when p_restaurant_id is null then v_end - v_width else 0 end;
        if p_state <> 'CHARGED' then
            return query
            select k.restaurant_id, k.event_no
            from ledger.pick_followed_payments(
                p_restaurant_id, p_currency, p_state, p_recorded_from, p_recorded_to, v_after,
                v_end, v_left
            ) as k;
        else
            return query
            select k.restaurant_id, k.event_no
            from ledger.pick_recent_payments(
                p_restaurant_id, p_currency, p_state, v_after, v_end, v_left
            ) as k;
        end if;
        get diagnostics v_rows = row_count;
        v_left := v_left - v_rows;
        v_end := v_after + 1;
        v_width := v_width * 8;
    end loop;
end;
$function$;

comment on function ledger.pick_payments(
    text, text, text, timestamptz, timestamptz, bigint, integer
)
is 'One page of payments, by the shortest way that there is.';
