create or replace view reporting.payout_schedules
with (security_barrier) as
select
    s.schedule_id,
    s.currency,
    s.cadence,
    s.day,
    s.local_time,
    s.timezone,
    s.as_of_days,
    s.min_amount,
    s.is_active,
    s.next_due_at,
    s.last_due_at,
    s.last_started_at,
    s.last_run_id,
    s.error,
    s.updated_at,
    s.updated_by
from ledger.payout_schedules as s;

comment on view reporting.payout_schedules is
'When payout runs begin by themselves, and what became of the last time.';
comment on column reporting.payout_schedules.schedule_id is 'The platform''s name of it.';
comment on column reporting.payout_schedules.currency is 'The currency in which its runs pay.';
comment on column reporting.payout_schedules.cadence is 'daily, weekly or monthly.';
comment on column reporting.payout_schedules.day is
'Of a week (1 is Monday, 7 Sunday) or of a month; in a month without that day: the last. '
'Null: every day.';
comment on column reporting.payout_schedules.local_time is 'The time of day in its time zone.';
comment on column reporting.payout_schedules.timezone is 'The IANA name of its time zone.';
comment on column reporting.payout_schedules.as_of_days is
'Its runs pay up to so many days before the day on which they are due.';
comment on column reporting.payout_schedules.min_amount is
'Minor units of the currency; who has less is skipped.';
comment on column reporting.payout_schedules.is_active is 'Whether it starts anything.';
comment on column reporting.payout_schedules.next_due_at is
'When it is due the next time, or has been since; null: it is not active.';
comment on column reporting.payout_schedules.last_due_at is
'When it was due the last time that it started a run.';
comment on column reporting.payout_schedules.last_started_at is 'When that run was started.';
comment on column reporting.payout_schedules.last_run_id is 'That run.';
comment on column reporting.payout_schedules.error is
'Why it cannot start what is due; null: it can.';
comment on column reporting.payout_schedules.updated_at is 'When it was set the last time.';
comment on column reporting.payout_schedules.updated_by is 'Who did.';
