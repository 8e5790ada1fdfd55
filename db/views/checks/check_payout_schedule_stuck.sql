create or replace view reporting.check_payout_schedule_stuck
with (security_barrier) as
select
    null::text as restaurant_id,
    s.currency,
    s.schedule_id as reference,
    format(
        'it has been due since %s, and %s',
        s.next_due_at,
        coalesce(s.error, 'nobody started it')
    ) as finding
from reporting.payout_schedules as s
where
    s.next_due_at < now() - interval '15 minutes'
    or s.error is not null;

comment on view reporting.check_payout_schedule_stuck is
'warning: A schedule is due and its payout run was not started. Reason: Restaurants wait for money '
'that is theirs by now: no worker runs, or the schedule cannot start. Remedy: See whether a worker '
'runs (python worker.py), or set the schedule to what it can be. It starts by itself then, once.';
comment on column reporting.check_payout_schedule_stuck.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_schedule_stuck.currency is
'The currency.';
comment on column reporting.check_payout_schedule_stuck.reference is
'What to look up.';
comment on column reporting.check_payout_schedule_stuck.finding is
'What was found, in words and figures.';
