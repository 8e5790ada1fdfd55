create or replace view reporting.payout_runs
with (security_barrier) as
select
    r.run_id,
    r.currency,
    r.as_of,
    r.min_amount,
    r.restaurant_ids,
    r.started_at,
    r.finished_at,
    r.last_restaurant_id,
    r.payouts_created,
    r.payouts_amount,
    r.restaurants_skipped,
    r.skipped,
    r.overrides_terms,
    r.started_by,
    r.reason
from ledger.payout_runs as r;

comment on view reporting.payout_runs is
'Payout runs that were not dry, how far they have come and with what result.';
comment on column reporting.payout_runs.run_id is 'The run; payouts and skips name it.';
comment on column reporting.payout_runs.currency is 'The currency in which it pays.';
comment on column reporting.payout_runs.as_of is 'The last settlement day that it pays.';
comment on column reporting.payout_runs.min_amount is
'Minor units of the currency; who has less is skipped.';
comment on column reporting.payout_runs.restaurant_ids is
'The restaurants that it was started for; null: all.';
comment on column reporting.payout_runs.started_at is 'When it was started.';
comment on column reporting.payout_runs.finished_at is
'When it had passed the last restaurant; null: it goes on, or waits for somebody to continue it.';
comment on column reporting.payout_runs.last_restaurant_id is
'It has passed all restaurants up to this one; empty: none yet.';
comment on column reporting.payout_runs.payouts_created is 'Payouts created so far.';
comment on column reporting.payout_runs.payouts_amount is
'What they come to, in minor units of the currency.';
comment on column reporting.payout_runs.restaurants_skipped is 'Restaurants passed over so far.';
comment on column reporting.payout_runs.overrides_terms is
'Whether an operator paid by hand, whatever minimum and maximum the restaurants'' terms say.';
comment on column reporting.payout_runs.started_by is 'Who did, if it was by hand.';
comment on column reporting.payout_runs.reason is 'Why, if it was by hand.';
comment on column reporting.payout_runs.skipped is
'How many of them for which reason; see reporting.payout_skips.';
