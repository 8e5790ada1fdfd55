create or replace function ledger.pick_payout_entries(
    p_payout ledger.payouts,
    p_after_place integer,
    p_after_day date,
    p_after_seq bigint,
    p_limit integer
)
returns table (
    place integer,
    item_type text,
    amount bigint,
    restaurant_id text,
    entry_seq bigint,
    entry_type text,
    event_no bigint,
    business_day date,
    settlement_day date,
    recorded_at timestamptz
)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.pick_payout_entries(5)
 *     One page of what a payout pays: 0, what it has from earlier payouts; 1, the entries of the
 *     days that it closed, by settlement day; 2, what it leaves to later ones.
 * Parameters:
 *     p_payout                                - the payout
 *     p_after_place, p_after_day, p_after_seq - the row before the page; null: none
 *     p_limit                                 - the most rows
 * Returns:
 *     a row an entry or carried item, in no order; amount with its sign
 * Reads:  ledger.payouts, ledger.payout_items, ledger.ledger_entries, ledger.entry_types
 * Locks:  none
 */
declare
    -- A day is closed by one payout, and nothing was ever added to a closed day.
    v_closed_before constant date := coalesce(
        (
            select max(p.as_of)
            from ledger.payouts as p
            where p.restaurant_id = p_payout.restaurant_id
                and p.currency = p_payout.currency
                and p.as_of < p_payout.as_of
        ),
        '-infinity'
    );
begin
    return query
    select x.*
    from (
        select
            case i.item_type when 'carried_in' then 0 else 2 end as place,
            i.item_type::text, i.amount, i.restaurant_id::text, null::bigint as entry_seq,
            null::text, null::bigint, null::date, null::date as settlement_day,
            p_payout.created_at
        from ledger.payout_items as i
        where i.restaurant_id = p_payout.restaurant_id
            and i.payout_id = p_payout.payout_id
            and i.item_type in ('carried_in', 'carried_out')
            and (
                p_after_place is null
                or p_after_place < case i.item_type when 'carried_in' then 0 else 2 end
            )
        union all
        (
            select
                1, t.payout_item::text, t.balance_effect * e.amount, e.restaurant_id::text,
                e.entry_seq, e.entry_type::text, e.event_no, e.business_day, e.settlement_day,
                e.recorded_at
            from ledger.ledger_entries as e
            inner join ledger.entry_types as t on e.entry_type = t.entry_type
            where e.restaurant_id = p_payout.restaurant_id
                and e.currency = p_payout.currency
                and e.settlement_day > v_closed_before
                and e.settlement_day <= p_payout.as_of
                and t.balance_effect <> 0
                and t.payout_item is not null
                and case
                    when p_after_place is null or p_after_place = 0 then true
                    else p_after_place = 1
                        and (e.settlement_day, e.entry_seq) > (p_after_day, p_after_seq)
                end
            order by e.settlement_day, e.entry_seq
            limit p_limit
        )
    ) as x
    order by x.place, x.settlement_day, x.entry_seq
    limit p_limit;
end;
$function$;

comment on function
ledger.pick_payout_entries(ledger.payouts, integer, date, bigint, integer)
is 'One page of what a payout pays.';
