-- Work that is done in the background: payout runs that are queued, and schedules that start them.

create table ledger.payout_schedules (
    min_amount bigint not null,
    next_due_at timestamptz,
    last_due_at timestamptz,
    last_started_at timestamptz,
    updated_at timestamptz not null,
    local_time time(0) not null,
    day integer,
    as_of_days integer not null,
    is_active boolean not null,
    schedule_id text collate "C" not null,
    currency text collate "C" not null,
    cadence text collate "C" not null,
    timezone text not null,
    updated_by text not null,
    last_run_id text collate "C",
    error text,
    constraint payout_schedules_pkey primary key (schedule_id),
    constraint payout_schedules_currency_fkey
    foreign key (currency) references ledger.currencies (currency),
    constraint payout_schedules_schedule_id_format_check
    check (schedule_id ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'),
    constraint payout_schedules_cadence_known_check
    check (cadence in ('daily', 'weekly', 'monthly')),
    constraint payout_schedules_day_fits_cadence_check
    check (
        case cadence
            when 'daily' then day is null
            when 'weekly' then coalesce(day between 1 and 7, false)
            else coalesce(day between 1 and 31, false)
        end
    ),
    constraint payout_schedules_as_of_days_range_check check (as_of_days between 0 and 366),
    constraint payout_schedules_min_amount_not_negative_check check (min_amount >= 0),
    constraint payout_schedules_active_is_due_check check (is_active = (next_due_at is not null))
);
create index payout_schedules_next_due_at_idx on ledger.payout_schedules (next_due_at)
where next_due_at is not null;
comment on table ledger.payout_schedules is
'When payout runs begin by themselves. What is due is started once, however many look.';
comment on column ledger.payout_schedules.schedule_id is 'The platform''s name of it.';
comment on column ledger.payout_schedules.currency is 'The currency in which its runs pay.';
comment on column ledger.payout_schedules.cadence is 'daily, weekly or monthly.';
comment on column ledger.payout_schedules.day is
'Of a week (1 is Monday, 7 Sunday) or of a month; in a month without that day: the last. '
'Null: every day.';
comment on column ledger.payout_schedules.local_time is
'The time of day in its time zone. One that a day has twice is the second one, one that it has not '
'is so much later as the clocks were put forward.';
comment on column ledger.payout_schedules.timezone is 'The IANA name of its time zone.';
comment on column ledger.payout_schedules.as_of_days is
'Its runs pay up to so many days before the day on which they are due.';
comment on column ledger.payout_schedules.min_amount is
'Minor units of the currency; who has less is skipped.';
comment on column ledger.payout_schedules.is_active is 'Whether it starts anything.';
comment on column ledger.payout_schedules.next_due_at is
'When it is due the next time, or has been since; null: it is not active.';
comment on column ledger.payout_schedules.last_due_at is
'When it was due the last time that it started a run.';
comment on column ledger.payout_schedules.last_started_at is
'When that run was started, which is later if nobody was there to do it.';
comment on column ledger.payout_schedules.last_run_id is 'That run.';
comment on column ledger.payout_schedules.error is
'Why it cannot start what is due; null: it can. Others go on.';
comment on column ledger.payout_schedules.updated_at is 'When it was set the last time.';
comment on column ledger.payout_schedules.updated_by is 'Who did.';

-- Runs are few: some a day and currency.
alter table ledger.payout_runs
add column is_queued boolean not null default false,
add column attempts integer not null default 0,
add column next_attempt_at timestamptz,
add column failed_at timestamptz,
add column died_at timestamptz,
add column due_at timestamptz,
add column schedule_id text collate "C",
add column error text,
-- squawk-ignore constraint-missing-not-valid
add constraint payout_runs_attempts_not_negative_check check (attempts >= 0),
-- squawk-ignore constraint-missing-not-valid
add constraint payout_runs_over_is_not_next_check
check (next_attempt_at is null or (finished_at is null and died_at is null)),
-- squawk-ignore constraint-missing-not-valid
add constraint payout_runs_schedule_is_due_check check ((schedule_id is null) = (due_at is null)),
-- squawk-ignore adding-foreign-key-constraint, constraint-missing-not-valid
add constraint payout_runs_schedule_id_fkey
foreign key (schedule_id) references ledger.payout_schedules (schedule_id);
-- squawk-ignore require-concurrent-index-creation
create index payout_runs_next_attempt_at_run_id_idx
on ledger.payout_runs (next_attempt_at, run_id)
where next_attempt_at is not null;
-- squawk-ignore require-concurrent-index-creation
create unique index payout_runs_schedule_id_due_at_key
on ledger.payout_runs (schedule_id, due_at)
where schedule_id is not null;
comment on column ledger.payout_runs.is_queued is
'Whether a worker carries it out from the start, or since nobody else went on with it.';
comment on column ledger.payout_runs.attempts is
'How often in a row its next restaurants could not be paid, because of an error.';
comment on column ledger.payout_runs.next_attempt_at is
'When a worker may go on with it; null: it is finished or dead, or from before there were workers.';
comment on column ledger.payout_runs.failed_at is 'When the last attempt failed.';
comment on column ledger.payout_runs.died_at is
'When it was given up after too many attempts; null: it was not, or somebody went on with it.';
comment on column ledger.payout_runs.schedule_id is 'The schedule that started it.';
comment on column ledger.payout_runs.due_at is 'When it was due by that schedule.';
comment on column ledger.payout_runs.error is 'Why the last attempt failed.';

-- As callers see them.
create type ledger.run_answer as (
    run_id text,
    currency text,
    as_of date,
    min_amount bigint,
    restaurant_ids text [],
    overrides_terms boolean,
    started_by text,
    reason text,
    started_at timestamptz,
    finished_at timestamptz,
    is_finished boolean,
    last_restaurant_id text,
    payouts_created integer,
    payouts_amount numeric (38, 0),
    restaurants_skipped integer,
    skipped jsonb,
    state text,
    is_queued boolean,
    attempts integer,
    next_attempt_at timestamptz,
    failed_at timestamptz,
    died_at timestamptz,
    error text,
    schedule_id text,
    due_at timestamptz
);
comment on type ledger.run_answer is 'A payout run; the columns of api.get_payout_run.';

create type ledger.schedule_answer as (
    schedule_id text,
    currency text,
    cadence text,
    day integer,
    local_time time,
    timezone text,
    as_of_days integer,
    min_amount bigint,
    is_active boolean,
    next_due_at timestamptz,
    last_due_at timestamptz,
    last_started_at timestamptz,
    last_run_id text,
    error text,
    updated_at timestamptz,
    updated_by text
);
comment on type ledger.schedule_answer is
'A schedule of payout runs; the columns of api.list_payout_schedules.';
