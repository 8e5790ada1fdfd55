-- next_due, last_due, due_day: when a schedule is due, whatever the clocks do.
begin;
select plan(38);

-- The days
create temporary table due (
    what text, cadence text, day integer, local_time time, timezone text, after timestamptz,
    expected timestamptz
);
insert into due (what, cadence, day, local_time, timezone, after, expected)
values
('later today', 'daily', null, '02:30', 'UTC', '2025-03-10 02:29:59Z', '2025-03-10 02:30Z'),
('after, not at the moment', 'daily', null, '02:30', 'UTC', '2025-03-10 02:30Z', '2025-03-11 02:30Z'),
('at midnight', 'daily', null, '00:00', 'UTC', '2025-12-31 23:59:59Z', '2026-01-01 00:00Z'),
('in its zone', 'daily', null, '02:30', 'America/Lima', '2025-03-10 07:29Z', '2025-03-10 07:30Z'),
(
    'in a zone that is a day ahead', 'daily', null, '02:30', 'Pacific/Kiritimati',
    '2025-03-10 12:00Z', '2025-03-10 12:30Z'
),
('the next Monday', 'weekly', 1, '09:00', 'UTC', '2025-03-10 09:00Z', '2025-03-17 09:00Z'),
('this Sunday', 'weekly', 7, '09:00', 'UTC', '2025-03-10 09:00Z', '2025-03-16 09:00Z'),
('the 15th', 'monthly', 15, '09:00', 'UTC', '2025-03-15 09:00Z', '2025-04-15 09:00Z'),
('the 1st of another year', 'monthly', 1, '09:00', 'UTC', '2025-12-01 09:00Z', '2026-01-01 09:00Z'),
('the 31st is the 28th', 'monthly', 31, '09:00', 'UTC', '2025-01-31 09:00Z', '2025-02-28 09:00Z'),
('the 29th in a leap year', 'monthly', 29, '09:00', 'UTC', '2024-01-29 09:00Z', '2024-02-29 09:00Z'),
('the 30th in a leap year', 'monthly', 30, '09:00', 'UTC', '2024-01-30 09:00Z', '2024-02-29 09:00Z'),
('the 29th of a century', 'monthly', 29, '09:00', 'UTC', '2100-02-01 09:00Z', '2100-02-28 09:00Z'),
('the 31st again', 'monthly', 31, '09:00', 'UTC', '2025-02-28 09:00Z', '2025-03-31 09:00Z'),
('the 31st of April', 'monthly', 31, '09:00', 'UTC', '2025-03-31 09:00Z', '2025-04-30 09:00Z'),
('the 30th is the 30th', 'monthly', 30, '09:00', 'UTC', '2025-05-01 09:00Z', '2025-05-30 09:00Z'),
-- The clocks
(
    'a time that is skipped comes an hour later', 'daily', null, '02:30', 'America/New_York',
    '2025-03-08 07:30Z', '2025-03-09 07:30Z'
),
(
    'and the day after at its time', 'daily', null, '02:30', 'America/New_York',
    '2025-03-09 07:30Z', '2025-03-10 06:30Z'
),
(
    'a time that is there twice: the second', 'daily', null, '01:30', 'America/New_York',
    '2025-11-01 05:30Z', '2025-11-02 06:30Z'
),
(
    'and not twice', 'daily', null, '01:30', 'America/New_York', '2025-11-02 06:30Z',
    '2025-11-03 06:30Z'
),
(
    'between the two', 'daily', null, '01:30', 'America/New_York', '2025-11-02 05:45Z',
    '2025-11-02 06:30Z'
),
(
    'half an hour is skipped', 'daily', null, '02:15', 'Australia/Lord_Howe',
    '2025-10-03 15:45Z', '2025-10-04 15:45Z'
),
(
    'and at 02:45, which is there', 'daily', null, '02:45', 'Australia/Lord_Howe',
    '2025-10-03 16:15Z', '2025-10-04 15:45Z'
),
(
    'half an hour is there twice', 'daily', null, '01:45', 'Australia/Lord_Howe',
    '2025-04-04 14:45Z', '2025-04-05 15:15Z'
),
(
    'midnight is skipped', 'daily', null, '00:30', 'America/Santiago', '2025-09-06 04:30Z',
    '2025-09-07 04:30Z'
),
(
    'a time skipped past midnight', 'daily', null, '23:30', 'America/Nuuk', '2025-03-29 01:30Z',
    '2025-03-30 01:30Z'
),
(
    'and the same local day again', 'daily', null, '23:30', 'America/Nuuk', '2025-03-30 01:30Z',
    '2025-03-31 00:30Z'
),
(
    'a day that Samoa did not have is one with the next', 'daily', null, '02:30', 'Pacific/Apia',
    '2011-12-29 12:30Z', '2011-12-30 12:30Z'
),
(
    'which is not had twice', 'daily', null, '02:30', 'Pacific/Apia', '2011-12-30 12:30Z',
    '2011-12-31 12:30Z'
),
(
    'a Friday that Samoa did not have', 'weekly', 5, '02:30', 'Pacific/Apia', '2011-12-23 12:30Z',
    '2011-12-30 12:30Z'
),
(
    'a 30th that it did not have', 'monthly', 30, '02:30', 'Pacific/Apia', '2011-11-30 12:30Z',
    '2011-12-30 12:30Z'
);
select is(
    ledger.next_due(d.cadence, d.day, d.local_time, d.timezone, d.after), d.expected,
    format('%s: %s', d.timezone, d.what)
)
from due as d;

-- The day for which it is
select is(
    ledger.due_day('2025-03-30 01:30Z', '23:30', 'America/Nuuk'), '2025-03-29'::date,
    'a time skipped past midnight is of the day before'
);
select is(
    ledger.due_day('2025-03-31 00:30Z', '23:30', 'America/Nuuk'), '2025-03-30'::date,
    'else it is the local day'
);
select is(
    ledger.due_day('2011-12-30 12:30Z', '02:30', 'Pacific/Apia'), '2011-12-31'::date,
    'of two days that are one, the later'
);

-- What was missed
create temporary table schedules as
select jsonb_populate_record(null::ledger.payout_schedules, s.facts) as schedule
from (
    values
    ('{"schedule_id": "daily", "cadence": "daily", "next_due_at": "2025-03-03 07:30Z"}'::jsonb),
    ('{"schedule_id": "weekly", "cadence": "weekly", "day": 1, "next_due_at": "2024-03-04 07:30Z"}'),
    ('{"schedule_id": "monthly", "cadence": "monthly", "day": 31, "next_due_at": "2010-03-31 07:30Z"}'),
    ('{"schedule_id": "now", "cadence": "daily", "next_due_at": "2025-03-10 07:30Z"}')
) as v (facts)
cross join lateral (
    select v.facts || '{"local_time": "02:30", "timezone": "America/Lima"}' as facts
) as s;
select results_eq(
    $$
    select (s.schedule).schedule_id collate "default", ledger.last_due(s.schedule, '2025-03-10 07:30Z')
    from pg_temp.schedules as s
    order by 1
    $$,
    $$
    values
    ('daily', '2025-03-10 07:30Z'::timestamptz), ('monthly', '2025-02-28 07:30Z'),
    ('now', '2025-03-10 07:30Z'), ('weekly', '2025-03-10 07:30Z')
    $$,
    'a schedule that was missed often was due the last time when it was'
);
select is(
    (
        select ledger.last_due(s.schedule, '2025-03-10 07:29:59Z')
        from schedules as s
        where (s.schedule).schedule_id = 'daily'
    ),
    '2025-03-09 07:30Z'::timestamptz, 'not in a second'
);
select is(
    (
        select count(distinct ledger.next_due('daily', null, '02:30', 'Europe/Madrid', d.after))
        from generate_series('2024-01-01Z'::timestamptz, '2024-12-31 00:00Z', '1 hour') as d (after)
    ),
    366::bigint, 'a year has as many as days, the next year''s first included'
);
select is(
    (
        select count(distinct ledger.next_due('monthly', 31, '02:30', 'Europe/Madrid', d.after))
        from generate_series('2024-01-01Z'::timestamptz, '2024-12-31 00:00Z', '1 day') as d (after)
    ),
    12::bigint, 'and as many as months'
);

select * from finish();
rollback;
