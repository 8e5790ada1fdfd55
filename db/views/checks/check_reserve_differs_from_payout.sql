create or replace view reporting.check_reserve_differs_from_payout
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        '%s PAYOUT_RESERVE entries of %s %s, the payout is of %s %s',
        e.entry_count,
        e.amount,
        e.currencies,
        p.amount,
        p.currency
    ) as finding
from ledger.audited_payouts as p
cross join
    lateral (
        select
            count(*) as entry_count,
            sum(x.amount) as amount,
            string_agg(distinct x.currency, '+') as currencies
        from ledger.ledger_entries as x
        where
            x.restaurant_id = p.restaurant_id
            and x.payout_id = p.payout_id
            and x.entry_type = 'PAYOUT_RESERVE'
    ) as e
where
    e.entry_count > 0
    and (e.entry_count <> 1 or e.amount <> p.amount or e.currencies <> p.currency);

comment on view reporting.check_reserve_differs_from_payout is
'error: What was reserved is not what the payout pays. Reason: One PAYOUT_RESERVE entry of the '
'payout''s amount and currency belongs to each payout: more was reserved, or less, or twice. '
'Remedy: Pause payouts of the restaurant. The entry is what the balance followed; the payout '
'row is what the bank was told.';
comment on column reporting.check_reserve_differs_from_payout.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_reserve_differs_from_payout.currency is
'The currency.';
comment on column reporting.check_reserve_differs_from_payout.reference is
'What to look up.';
comment on column reporting.check_reserve_differs_from_payout.finding is
'What was found, in words and figures.';
