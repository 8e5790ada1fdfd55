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
    r.reason,
    case
        when r.finished_at is not null then 'finished'
        when r.died_at is not null then 'dead'
        when r.attempts > 0 then 'retrying'
        when r.is_queued and r.last_restaurant_id = '' then 'queued'
        else 'running'
    end as state,
    r.is_queued,
    r.attempts,
    r.next_attempt_at,
    r.failed_at,
    r.died_at,
    r.error,
    r.schedule_id,
    r.due_at
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
comment on column reporting.payout_runs.state is
'queued, running, retrying, dead or finished.';
comment on column reporting.payout_runs.is_queued is
'Whether a worker carries it out from the start, or since nobody else went on with it.';
comment on column reporting.payout_runs.attempts is
'How often in a row its next restaurants could not be paid, because of an error.';
comment on column reporting.payout_runs.next_attempt_at is
'When a worker may go on with it; null: it is finished or dead, or from before there were workers.';
comment on column reporting.payout_runs.failed_at is 'When the last attempt failed.';
comment on column reporting.payout_runs.died_at is
'When it was given up after too many attempts; null: it was not, or somebody went on with it.';
comment on column reporting.payout_runs.error is 'Why the last attempt failed.';
comment on column reporting.payout_runs.schedule_id is 'The schedule that started it.';
comment on column reporting.payout_runs.due_at is 'When it was due by that schedule.';
