create or replace view reporting.check_payout_unequal_to_entries
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'amount is %s, what it pays comes to %s', p.amount,
        coalesce(e.amount, 0) + coalesce(c.amount, 0)
    ) as finding
from ledger.payout_chain as p
left join lateral (
    select sum(x.amount::numeric * t.balance_effect) as amount
    from ledger.ledger_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    where
        x.restaurant_id = p.restaurant_id
        and x.currency = p.currency
        and x.settlement_day > coalesce(p.previous_as_of, '-infinity')
        and x.settlement_day <= p.as_of
        and t.payout_item is not null
) as e on true
left join lateral (
    select sum(x.amount) as amount
    from ledger.payout_items as x
    where
        x.restaurant_id = p.restaurant_id
        and x.payout_id = p.payout_id
        and x.item_type in ('carried_in', 'carried_out')
) as c on true
where p.amount <> coalesce(e.amount, 0) + coalesce(c.amount, 0);

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
