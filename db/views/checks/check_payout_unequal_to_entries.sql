create or replace view reporting.check_payout_unequal_to_entries
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'amount is %s, what it pays comes to %s', p.amount, coalesce(e.amount, 0)
    ) as finding
from ledger.payouts as p
left join (
    select
        x.payout_id,
        sum(x.amount) as amount
    from reporting.payout_entries as x
    group by x.payout_id
) as e on p.payout_id = e.payout_id
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
