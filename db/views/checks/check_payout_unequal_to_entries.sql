create or replace view reporting.check_payout_unequal_to_entries
with (security_barrier) as
-- A day is paid by the first payout that closed it; so each day looks up one payout.
with days as (
    select
        e.restaurant_id,
        e.currency,
        e.settlement_day,
        sum(e.amount::numeric * t.balance_effect) as amount
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where t.payout_item is not null
    group by e.restaurant_id, e.currency, e.settlement_day
),

paid as (
    select
        d.restaurant_id,
        p.payout_id,
        d.amount
    from days as d
    cross join
        lateral (
            select x.payout_id
            from ledger.payouts as x
            where
                x.restaurant_id = d.restaurant_id
                and x.currency = d.currency
                and x.as_of >= d.settlement_day
            order by x.as_of
            limit 1
        ) as p
    union all
    select
        i.restaurant_id,
        i.payout_id,
        i.amount
    from ledger.payout_items as i
    where i.item_type in ('carried_in', 'carried_out')
)

select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('amount is %s, what it pays comes to %s', p.amount, coalesce(e.amount, 0)) as finding
from ledger.payouts as p
left join (
    select
        x.restaurant_id,
        x.payout_id,
        sum(x.amount) as amount
    from paid as x
    group by x.restaurant_id, x.payout_id
) as e on p.restaurant_id = e.restaurant_id and p.payout_id = e.payout_id
where p.amount <> coalesce(e.amount, 0);

comment on view reporting.check_payout_unequal_to_entries is
'error: A payout is not the sum of the entries that it pays. Reason: The entries of the days that '
'it closed, with what was carried in and out, add up to it, and nothing is ever added to a closed '
'day. Remedy: Pause payouts of the restaurant, and compare reporting.payout_entries with '
'reporting.payout_items of the payout.';
comment on column reporting.check_payout_unequal_to_entries.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_unequal_to_entries.currency is
'The currency.';
comment on column reporting.check_payout_unequal_to_entries.reference is
'What to look up.';
comment on column reporting.check_payout_unequal_to_entries.finding is
'What was found, in words and figures.';
