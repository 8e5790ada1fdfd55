create or replace view reporting.check_payout_run_dead
with (security_barrier) as
select
    null::text as restaurant_id,
    r.currency,
    r.run_id as reference,
    format(
        'it was given up at %s after %s attempts: %s', r.died_at, r.attempts, r.error
    ) as finding
from reporting.payout_runs as r
where r.died_at is not null;

comment on view reporting.check_payout_run_dead is
'warning: A payout run was given up. Reason: Its next restaurants could not be paid, because of an '
'error that came back with every attempt; those behind them wait. Remedy: Remove the cause that '
'the finding names, then retry_payout_run. Who was paid stays paid, and is not paid twice.';
comment on column reporting.check_payout_run_dead.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_run_dead.currency is
'The currency.';
comment on column reporting.check_payout_run_dead.reference is
'What to look up.';
comment on column reporting.check_payout_run_dead.finding is
'What was found, in words and figures.';
