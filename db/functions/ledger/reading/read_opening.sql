create or replace function ledger.read_opening(
    p_restaurant_id text,
    p_currency text,
    p_day date
)
returns numeric
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.read_opening(3)
 *     With what a settlement day begins: the sum of an account's entries of all days before it. It
 *     is known without a sum after the days that a payout has closed, which never take another
 *     entry: what that payout left, its carried_out; before the first entry: nothing; and after the
 *     last: the balance. From the nearest of these the entries between are summed.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code
 *     p_day            - the day
 * Returns:
 *     the balance, available or not yet, in minor units
 * Reads:  ledger.payouts, ledger.payout_items, ledger.ledger_entries, ledger.entry_types,
 *         ledger.account_balances
 */
declare
    v_day date;
    v_balance numeric;
begin
    select k.day, k.balance
    into v_day, v_balance
    from (
        (
            select p.as_of as day, -coalesce(i.amount, 0)::numeric as balance
            from ledger.payouts as p
            left join ledger.payout_items as i
                on p.restaurant_id = i.restaurant_id
                and p.payout_id = i.payout_id
                and i.item_type = 'carried_out'
            where p.restaurant_id = p_restaurant_id
                and p.currency = p_currency
                and p.as_of < p_day
            order by p.as_of desc
            limit 1
        )
        union all
        (
            select p.as_of, -coalesce(i.amount, 0)::numeric
            from ledger.payouts as p
            left join ledger.payout_items as i
                on p.restaurant_id = i.restaurant_id
                and p.payout_id = i.payout_id
                and i.item_type = 'carried_out'
            where p.restaurant_id = p_restaurant_id
                and p.currency = p_currency
                and p.as_of >= p_day
            order by p.as_of
            limit 1
        )
        union all
        (
            select e.settlement_day - 1, 0
            from ledger.ledger_entries as e
            where e.restaurant_id = p_restaurant_id
                and e.currency = p_currency
            order by e.settlement_day
            limit 1
        )
        union all
        (
            select e.settlement_day, b.balance
            from ledger.ledger_entries as e
            inner join ledger.account_balances as b
                on e.restaurant_id = b.restaurant_id and e.currency = b.currency
            where e.restaurant_id = p_restaurant_id
                and e.currency = p_currency
            order by e.settlement_day desc
            limit 1
        )
    ) as k
    order by abs(p_day - 1 - k.day)
    limit 1;

    return coalesce(v_balance, 0) + coalesce((
        select sum(t.balance_effect * g.amount) * case when v_day < p_day then 1 else -1 end
        from (
            select e.entry_type, sum(e.amount) as amount
            from ledger.ledger_entries as e
            where e.restaurant_id = p_restaurant_id
                and e.currency = p_currency
                and e.settlement_day between least(v_day + 1, p_day) and greatest(v_day, p_day - 1)
            group by e.entry_type
        ) as g
        inner join ledger.entry_types as t on g.entry_type = t.entry_type
    ), 0);
end;
$function$;

comment on function ledger.read_opening(text, text, date)
is 'With what a settlement day begins: the sum of all days before it.';
