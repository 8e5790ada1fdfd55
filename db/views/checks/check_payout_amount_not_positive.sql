create or replace view reporting.check_payout_amount_not_positive
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('amount is %s', p.amount) as finding
from ledger.audited_payouts as p
where p.amount <= 0;

comment on view reporting.check_payout_amount_not_positive is
'error: A payout pays nothing or takes money. Reason: A payout is money that leaves: '
'run_payouts creates none of zero or less, and a constraint holds that. A finding means that '
'the constraint was taken away. Remedy: Do not send the payout. Find who changed '
'ledger.payouts, put the constraint back with a deploy to a restored copy, and compare.';
comment on column reporting.check_payout_amount_not_positive.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_amount_not_positive.currency is
'The currency.';
comment on column reporting.check_payout_amount_not_positive.reference is
'What to look up.';
comment on column reporting.check_payout_amount_not_positive.finding is
'What was found, in words and figures.';
