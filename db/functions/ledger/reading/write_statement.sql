create or replace function ledger.write_statement(
    p_restaurant_id text,
    p_currency text,
    p_from date,
    p_to date
)
returns table (
    currency text, is_final boolean, opening numeric, activity jsonb, payouts jsonb,
    closing numeric, days jsonb
)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.write_statement(4)
 *     The figures of a statement; see api.get_statement.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_currency       - ISO 4217 code, in either case
 *     p_from, p_to     - the first and the last day
 * Returns:
 *     one row
 * Raises:
 *     LBARG  an argument is missing
 *     LBPER  the days are none, or too many
 *     LNRES  the restaurant is not known
 *     LUCUR  the currency is not one of ISO 4217
 * Calls:  ledger.require_period, ledger.require_currency, ledger.require_restaurant,
 *         ledger.read_opening
 * Reads:  ledger.ledger_entries, ledger.entry_types, ledger.payouts, ledger.account_balances
 */
declare
    v_currency constant text := ledger.require_currency(p_currency);
    v_opening numeric;
begin
    perform ledger.require_restaurant(p_restaurant_id);
    perform ledger.require_period(p_from, p_to);
    v_opening := ledger.read_opening(p_restaurant_id, v_currency, p_from);

    return query
    with move as materialized (
        select g.*, g.amount * t.balance_effect as balance_change
        from (
            select
                e.settlement_day as day, e.entry_type, e.payout_id, count(*) as entry_count,
                sum(e.amount) as amount
            from ledger.ledger_entries as e
            where e.restaurant_id = p_restaurant_id and e.currency = v_currency
                and e.settlement_day between p_from and p_to
            group by 1, 2, 3
        ) as g
        inner join ledger.entry_types as t on g.entry_type = t.entry_type and t.balance_effect <> 0
    ),

    -- By day, and without a day for all of them.
    kind as materialized (
        select
            k.day, jsonb_agg(to_jsonb(k) - 'day' order by k.entry_type) as activity,
            sum(k.balance_change) as change
        from (
            select
                m.day, m.entry_type, sum(m.entry_count) as entry_count, sum(m.amount) as amount,
                sum(m.balance_change) as balance_change
            from move as m
            group by grouping sets ((m.day, m.entry_type), (m.entry_type))
        ) as k
        group by k.day
    ),

    day as (
        select
            p_from + n.number as day, coalesce(k.activity, '[]') as activity,
            coalesce(k.change, 0) as change,
            v_opening + coalesce(sum(k.change) over (order by n.number), 0) as closing
        from generate_series(0, p_to - p_from) as n (number)
        left join kind as k on k.day = p_from + n.number
    )

    select
        v_currency,
        coalesce((
            select b.closed_through >= p_to from ledger.account_balances as b
            where b.restaurant_id = p_restaurant_id and b.currency = v_currency
        ), false),
        v_opening, coalesce((select k.activity from kind as k where k.day is null), '[]'),
        (
            select coalesce(jsonb_agg(to_jsonb(p) order by p.as_of, p.payout_id), '[]')
            from (
                select q.payout_id, q.as_of, q.amount, q.status,
                    sum(m.balance_change) as balance_change
                from move as m
                inner join ledger.payouts as q
                    on m.payout_id = q.payout_id and q.restaurant_id = p_restaurant_id
                group by q.payout_id, q.as_of, q.amount, q.status
            ) as p
        ),
        v_opening + coalesce((select k.change from kind as k where k.day is null), 0),
        (
            select jsonb_agg(
                jsonb_build_object(
                    'day', d.day, 'opening', d.closing - d.change, 'activity', d.activity,
                    'closing', d.closing
                ) order by d.day
            )
            from day as d
        );
end;
$function$;

comment on function ledger.write_statement(text, text, date, date)
is 'The figures of a statement.';
