-- set_payout_schedule, list_payout_schedules, run_due_payouts: runs that begin by themselves.
begin;
select plan(48);

select is(
    (
        select a.status
        from api.ingest_event(
            '{"event_id": "evt_1", "event_type": "charge_succeeded", "restaurant_id": "res_1",
            "occurred_at": "2025-12-30T10:00:00Z", "currency": "PEN", "amount": 1000}'
        ) as a
    ),
    'processed', 'some money'
);

-- Who may
set local role cuenta_app;
select throws_ok(
    'select * from set_payout_schedule(''x'', ''PEN'', ''daily'', ''02:30'', ''UTC'')', '42501',
    'permission denied for function set_payout_schedule', 'schedules are for people (42501)'
);
reset role;
set local role cuenta_worker;
select throws_ok(
    'select * from set_payout_schedule(''x'', ''PEN'', ''daily'', ''02:30'', ''UTC'')', '42501',
    'permission denied for function set_payout_schedule', 'not for workers (42501)'
);
reset role;

-- Operators: what cannot be one
set local role cuenta_operator;
select throws_ok(
    format('select * from set_payout_schedule(%s)', w.arguments), w.state, w.message,
    format('%s (%s)', w.message, w.state)
)
from (
    values
    ($$null, 'PEN', 'daily', '02:30', 'UTC'$$, 'LBARG', 'schedule_id is missing'),
    ($$'x', null, 'daily', '02:30', 'UTC'$$, 'LBARG', 'currency is missing'),
    ($$'x', 'PEN', null, '02:30', 'UTC'$$, 'LBARG', 'cadence is missing'),
    ($$'x', 'PEN', 'daily', null, 'UTC'$$, 'LBARG', 'local_time is missing'),
    ($$'x', 'PEN', 'daily', '02:30', null$$, 'LBARG', 'timezone is missing'),
    (
        $$'x', 'PEN', 'daily', '02:30', 'UTC', p_as_of_days => null$$, 'LBARG',
        'as_of_days is missing'
    ),
    (
        $$'x', 'PEN', 'daily', '02:30', 'UTC', p_min_amount => null$$, 'LBARG',
        'min_amount is missing'
    ),
    ($$'x', 'PEN', 'daily', '02:30', 'UTC', p_is_active => null$$, 'LBARG', 'is_active is missing'),
    ($$'x', 'ZZZ', 'daily', '02:30', 'UTC'$$, 'LUCUR', 'currency ''ZZZ'' is none of ISO 4217'),
    ($$'x', 'PEN', 'daily', '02:30', 'Mars'$$, 'LUTZN', 'time zone ''Mars'' is not known'),
    (
        $$'x y', 'PEN', 'daily', '02:30', 'UTC'$$, 'LUSCH',
        'schedule_id must be 1 to 64 letters, digits or . _ : -, the first a letter or digit'
    ),
    (
        $$'x', 'PEN', 'hourly', '02:30', 'UTC'$$, 'LUSCH',
        'cadence must be daily, weekly or monthly'
    ),
    (
        $$'x', 'PEN', 'daily', '02:30', 'UTC', 1$$, 'LUSCH',
        'day must be left out where the cadence is daily'
    ),
    (
        $$'x', 'PEN', 'weekly', '02:30', 'UTC'$$, 'LUSCH',
        'day must be from 1 (Monday) to 7 (Sunday) where the cadence is weekly'
    ),
    (
        $$'x', 'PEN', 'weekly', '02:30', 'UTC', 8$$, 'LUSCH',
        'day must be from 1 (Monday) to 7 (Sunday) where the cadence is weekly'
    ),
    (
        $$'x', 'PEN', 'monthly', '02:30', 'UTC', 32$$, 'LUSCH',
        'day must be from 1 to 31 where the cadence is monthly'
    ),
    (
        $$'x', 'PEN', 'daily', '24:00', 'UTC'$$, 'LUSCH',
        'local_time must be a time of day such as 02:30'
    ),
    (
        $$'x', 'PEN', 'daily', '2:30 PM', 'UTC'$$, 'LUSCH',
        'local_time must be a time of day such as 02:30'
    ),
    (
        $$'x', 'PEN', 'daily', '02:30', 'UTC', null, -1$$, 'LUSCH',
        'as_of_days must be from 0 to 366'
    ),
    (
        $$'x', 'PEN', 'daily', '02:30', 'UTC', null, 1, -1$$, 'LUSCH',
        'min_amount must be from 0 to 9007199254740991 minor units'
    ),
    (
        $$'x', 'PEN', 'daily', '02:30', 'UTC', p_actor => ' '$$, 'LUACT',
        'actor must be 1 to 128 characters, with no blanks around them'
    )
) as w (arguments, state, message);
select is_empty('select * from list_payout_schedules()', 'none of these is a schedule');

-- Operators: what can
select results_eq(
    $$
    select
        s.schedule_id, s.currency, s.cadence, s.day, s.local_time, s.timezone, s.as_of_days,
        s.min_amount, s.is_active, s.next_due_at > now() and s.next_due_at < now() + '25 hours',
        s.last_run_id, s.error, s.updated_by
    from set_payout_schedule('pen', 'pen', 'daily', '02:30', 'America/Lima', p_actor => 'ana') as s
    $$,
    $$
    values (
        'pen', 'PEN', 'daily', null::integer, '02:30'::time, 'America/Lima', 1, 1::bigint, true,
        true, null::text, null::text, 'ana'
    )
    $$,
    'a schedule pays what has settled by yesterday, unless it is told otherwise'
);
select results_eq(
    $$
    select c.changed_by, c.old_settings, c.new_settings -> 'payout_schedule pen' ->> 'cadence'
    from list_setting_changes() as c
    $$,
    $$values ('ana', '{}'::jsonb, 'daily')$$,
    'who made it is kept'
);
select is_empty('select * from run_due_payouts()', 'what is not due does not begin');

-- Workers: what is due
reset role;
update ledger.payout_schedules set next_due_at = next_due_at - interval '3 days';
set local role cuenta_worker;
select results_eq(
    $$
    select
        d.schedule_id, d.currency, d.error, d.due_at > now() - interval '1 day' and d.due_at <= now(),
        d.as_of = (d.due_at at time zone 'America/Lima')::date - 1
    from run_due_payouts() as d
    $$,
    $$values ('pen', 'PEN', null::text, true, true)$$,
    'what was missed for three days begins once, as of the last time'
);
select is_empty('select * from run_due_payouts()', 'and not again');
reset role;
select results_eq(
    $$
    select r.state, r.is_queued, r.schedule_id, r.due_at = s.last_due_at, s.next_due_at > now()
    from api.list_payout_schedules() as s
    cross join lateral api.get_payout_run(s.last_run_id) as r
    $$,
    $$values ('queued', true, 'pen', true, true)$$,
    'the run is queued and names its schedule'
);
select throws_ok(
    $$
    insert into ledger.payout_runs (run_id, currency, as_of, min_amount, started_at, schedule_id, due_at)
    select 'run_x', r.currency, r.as_of, r.min_amount, r.started_at, r.schedule_id, r.due_at
    from ledger.payout_runs as r
    $$,
    '23505', 'duplicate key value violates unique constraint "payout_runs_schedule_id_due_at_key"',
    'a schedule has one run for each time that it is due (23505)'
);
update ledger.payout_schedules set next_due_at = last_due_at;
select results_eq(
    'select d.run_id is not null, d.error from api.run_due_payouts() as d',
    'values (true, null::text)', 'a clock that went back starts nothing twice'
);
select is((select count(*) from api.list_payout_runs()), 1::bigint, 'there is one run');

-- One that cannot, and others
select lives_ok(
    'select * from api.set_payout_schedule(''usd'', ''USD'', ''weekly'', ''02:30'', ''UTC'', 3, 0)',
    'a second schedule'
);
update ledger.payout_schedules
set
    timezone = case schedule_id when 'pen' then 'Mars/Olympus' else timezone end,
    next_due_at = next_due_at - interval '7 days';
create temporary table begun as select * from api.run_due_payouts();
select results_eq(
    'select b.schedule_id, b.run_id is null, b.error from begun as b order by b.schedule_id',
    $$
    values
    ('pen', true, 'time zone ''Mars/Olympus'' is not known to this server'),
    ('usd', false, null)
    $$,
    'a time zone that the server does not know stops its own schedule only'
);
select results_eq(
    'select s.error, s.next_due_at <= now() from api.list_payout_schedules() as s order by s.schedule_id',
    $$values ('time zone ''Mars/Olympus'' is not known to this server', true), (null, false)$$,
    'which says so, and is due still'
);
select results_eq(
    $$
    select f.check_name collate "default", f.reference collate "default"
    from reporting.integrity_findings as f
    where f.check_name like '%schedule%'
    $$,
    $$values ('payout_schedule_stuck', 'pen')$$, 'the audit says so, too'
);
update ledger.payout_schedules set timezone = 'America/Lima' where schedule_id = 'pen';
select results_eq(
    'select d.schedule_id, d.error from api.run_due_payouts() as d', $$values ('pen', null::text)$$,
    'once it is known, it begins'
);
select is_empty(
    'select s.error from api.list_payout_schedules() as s where s.error is not null',
    'and nothing stands in the way'
);

-- A day that has not come
select lives_ok(
    'select * from api.set_payout_schedule('
    '''far'', ''USD'', ''daily'', ''00:00'', ''Pacific/Kiritimati'', null, 0)',
    'a schedule for today, where the day begins first'
);
update ledger.payout_schedules set next_due_at = '2025-03-10 10:00Z' where schedule_id = 'far';
create temporary table tries as
select t.no, ledger.start_scheduled_run(s, t.now) as schedule
from ledger.payout_schedules as s
cross join (values (1, '2025-03-10 10:00Z'::timestamptz), (2, '2025-03-11 00:00Z')) as t (no, now)
where s.schedule_id = 'far'
order by t.no;
select results_eq(
    'select (t.schedule).error, (t.schedule).next_due_at from tries as t order by t.no',
    $$
    values
    ('as_of 2025-03-11 has not come for any restaurant', '2025-03-10 10:00Z'::timestamptz),
    (null, '2025-03-11 10:00Z')
    $$,
    'it waits until that day has come somewhere, and says so'
);
select results_eq(
    'select r.as_of, r.due_at from ledger.payout_runs as r where r.schedule_id = ''far''',
    $$values ('2025-03-11'::date, '2025-03-10 10:00Z'::timestamptz)$$,
    'then it begins'
);

-- Set again
update ledger.payout_schedules set next_due_at = '2025-03-05 02:30Z' where schedule_id = 'usd';
select results_eq(
    $$
    select s.next_due_at, s.as_of_days, s.min_amount, s.last_run_id is not null
    from api.set_payout_schedule('usd', 'USD', 'weekly', '02:30', 'UTC', 3, 2, 500) as s
    $$,
    $$values ('2025-03-05 02:30Z'::timestamptz, 2, 500::bigint, true)$$,
    'set to the same times, what is due stays so'
);
select results_eq(
    $$
    select s.is_active, s.next_due_at
    from api.set_payout_schedule('usd', 'USD', 'weekly', '02:30', 'UTC', 3, p_is_active => false) as s
    $$,
    'values (false, null::timestamptz)', 'one that is not active is not due'
);
select is_empty(
    'select * from api.run_due_payouts() as d where d.schedule_id <> ''far''', 'and starts nothing'
);
select results_eq(
    $$
    select s.is_active, s.next_due_at > now()
    from api.set_payout_schedule('usd', 'USD', 'weekly', '02:30', 'UTC', 3) as s
    $$,
    'values (true, true)', 'active again, it is due after now'
);
select throws_ok(
    'delete from ledger.payout_schedules', 'LCAPP', null, 'no schedule is removed (LCAPP)'
);

select * from finish();
rollback;
