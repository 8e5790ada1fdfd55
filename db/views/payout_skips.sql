create or replace view reporting.payout_skips
with (security_barrier) as
select
    k.run_id,
    r.started_at,
    r.as_of,
    k.restaurant_id,
    k.currency,
    k.reason,
    k.amount
from ledger.payout_skips as k
inner join ledger.payout_runs as r on k.run_id = r.run_id;

comment on view reporting.payout_skips is
'Restaurants that payout runs passed over, and why.';
comment on column reporting.payout_skips.run_id is 'The run.';
comment on column reporting.payout_skips.started_at is 'When the run was started.';
comment on column reporting.payout_skips.as_of is 'The last settlement day that it paid.';
comment on column reporting.payout_skips.restaurant_id is 'Who was passed over.';
comment on column reporting.payout_skips.currency is 'The currency in which it paid.';
comment on column reporting.payout_skips.reason is
'account_differs, payouts_paused, timezone_unknown, as_of_in_future, already_paid, '
'closed_by_later_payout, sums_out_of_range, below_payable_unit, nothing_to_pay, below_minimum, '
'above_maximum or account_locked.';
comment on column reporting.payout_skips.amount is
'What could have been paid, in minor units of the currency; 0 where nobody could look.';
