-- queue_payout_run, claim_payout_run, fail_payout_run, retry_payout_run: runs that workers carry out.
begin;
select plan(40);

select is(
    (
        select count(*) filter (where a.status = 'processed')
        from api.ingest_events(
            (
                select
                    jsonb_agg(
                        jsonb_build_object(
                            'event_id', 'evt_' || n.no, 'restaurant_id', 'res_' || n.no,
                            'event_type', 'charge_succeeded', 'currency', 'PEN',
                            'occurred_at', '2025-12-30T10:00:00Z', 'amount', 1000
                        )
                    )
                from generate_series(1, 5) as n (no)
            )
        ) as a
    ),
    5::bigint, 'money of five restaurants'
);
create temporary table runs (name text, run_id text);
grant select, insert on runs to public;

-- The service: what cannot be queued
set local role cuenta_app;
select throws_ok(
    format('select * from queue_payout_run(%s)', w.arguments), w.state, w.message,
    format('%s (%s)', w.message, w.state)
)
from (
    values
    ($$null, '2025-12-30'$$, 'LBARG', 'currency is missing'),
    ($$'PEN', null$$, 'LBARG', 'as_of is missing'),
    ($$'PEN', 'infinity'$$, 'LBDAT', 'as_of must be a calendar day'),
    ($$'ZZZ', '2025-12-30'$$, 'LUCUR', 'currency ''ZZZ'' is none of ISO 4217'),
    ($$'PEN', '2999-01-01'$$, 'LUFUT', 'as_of 2999-01-01 lies in the future'),
    (
        $$'PEN', '2025-12-30', -1$$, 'LUMIN',
        'min_amount must be from 0 to 9007199254740991 minor units'
    ),
    ($$'PEN', '2025-12-30', 1, '{nobody}'$$, 'LNRES', 'restaurant ''nobody'' does not exist'),
    (
        $$'PEN', '2025-12-30', 1, array[null]$$, 'LBIDS',
        'restaurant_ids must be a list of at most 10000 ids, none of them null'
    )
) as w (arguments, state, message);
select throws_ok(
    'select * from retry_payout_run(null)', 'LBARG', 'run_id is missing', 'nothing to retry (LBARG)'
);
select throws_ok(
    'select * from retry_payout_run(''run_x'')', 'LNRUN', 'payout run ''run_x'' does not exist',
    'no such run to retry (LNRUN)'
);
select throws_ok(
    'select * from claim_payout_run()', '42501', 'permission denied for function claim_payout_run',
    'the service claims no work (42501)'
);
select throws_ok(
    'select * from fail_payout_run(''run_x'', ''boom'')', '42501',
    'permission denied for function fail_payout_run', 'nor fails at it (42501)'
);

-- The service: a run that is queued
insert into runs
select
    'queued',
    q.run_id
from queue_payout_run('pen', '2025-12-30', 500) as q
where (q.status, q.payouts_created, q.is_dry_run, q.message)
    = ('accepted', 0, false, 'payouts created so far: 0');
select results_eq(
    $$
    select r.state, r.is_queued, r.is_finished, r.next_attempt_at <= clock_timestamp(), r.attempts
    from runs as n cross join get_payout_run(n.run_id) as r
    $$,
    $$values ('queued', true, false, true, 0)$$, 'a run is queued'
);
insert into runs
select
    'begun',
    r.run_id
from start_payout_run('PEN', '2025-12-29') as r;
select results_eq(
    $$
    select
        r.state, r.is_queued,
        r.next_attempt_at - r.started_at
    from runs as n cross join get_payout_run(n.run_id) as r
    where n.name = 'begun'
    $$,
    $$values ('running', false, interval '1 minute')$$,
    'one that somebody begins is a worker''s if nobody goes on with it for a minute'
);
reset role;

-- Workers
set local role cuenta_worker;
select throws_ok(
    'select * from fail_payout_run(null, ''boom'')', 'LBARG', 'run_id is missing',
    'nothing failed (LBARG)'
);
select throws_ok(
    'select * from fail_payout_run(''run_x'', ''boom'')', 'LNRUN',
    'payout run ''run_x'' does not exist', 'no such run failed (LNRUN)'
);
select throws_ok(
    'select * from get_payout_run(''run_x'')', '42501',
    'permission denied for function get_payout_run', 'a worker reads nothing else (42501)'
);
select results_eq(
    $$
    select n.name, c.currency, c.as_of, c.attempts
    from claim_payout_run() as c inner join runs as n on c.run_id = n.run_id
    $$,
    $$values ('queued', 'PEN', '2025-12-30'::date, 0)$$, 'a worker gets the run that is due'
);
select results_eq(
    $$
    select r.payouts_created, r.is_finished
    from runs as n cross join continue_payout_run(n.run_id, 2) as r
    where n.name = 'queued'
    $$,
    'values (2, false)', 'and pays its next restaurants'
);
select results_eq(
    'select n.name from claim_payout_run() as c inner join runs as n on c.run_id = n.run_id',
    $$values ('queued')$$, 'it is due again at once'
);
select results_eq(
    $$
    select f.state, f.attempts, f.next_attempt_at - clock_timestamp() between '3.5 s' and '6.5 s'
    from runs as n cross join fail_payout_run(n.run_id, repeat('x', 600)) as f
    where n.name = 'queued'
    $$,
    $$values ('retrying', 1, true)$$, 'what fails is tried again in a few seconds'
);
select is_empty('select * from claim_payout_run()', 'and not before');
reset role;
select results_eq(
    $$
    select r.state, length(r.error), r.failed_at is not null, r.payouts_created
    from runs as n cross join get_payout_run(n.run_id) as r
    where n.name = 'queued'
    $$,
    $$values ('retrying', 500, true, 2)$$, 'why is kept, and what was paid'
);
create temporary table failures as
select
    g.no,
    f.state,
    f.attempts,
    extract(epoch from f.next_attempt_at - clock_timestamp()) as seconds
from generate_series(2, 10) as g (no)
cross join lateral (
    select x.*
    from runs as n cross join api.fail_payout_run(n.run_id, 'boom ' || g.no) as x
    where n.name = 'queued'
) as f;
select results_eq(
    'select f.attempts, f.state from failures as f order by f.no',
    $$
    values
    (2, 'retrying'), (3, 'retrying'), (4, 'retrying'), (5, 'retrying'), (6, 'retrying'),
    (7, 'retrying'), (8, 'retrying'), (9, 'retrying'), (10, 'dead')
    $$,
    'ten times, then it is dead'
);
select is_empty(
    $$
    select f.no, f.seconds
    from failures as f
    where f.no < 10
        and f.seconds not between least(5 * 2 ^ (f.no - 1), 600) * 0.8 - 1
        and least(5 * 2 ^ (f.no - 1), 600) * 1.2
    $$,
    'each time later, up to ten minutes'
);
select ok(
    (
        select count(distinct round((f.seconds / least(5 * 2 ^ (f.no - 1), 600))::numeric, 2)) > 2
        from failures as f
        where f.no < 10
    ),
    'and not in step'
);
select results_eq(
    $$
    select r.state, r.error, r.died_at is not null, r.next_attempt_at
    from runs as n cross join api.get_payout_run(n.run_id) as r
    where n.name = 'queued'
    $$,
    $$values ('dead', 'boom 10', true, null::timestamptz)$$, 'with its error'
);
select results_eq(
    $$
    select f.state, f.attempts
    from runs as n cross join api.fail_payout_run(n.run_id, 'late') as f
    where n.name = 'queued'
    $$,
    $$values ('dead', 10)$$, 'a failure told too late changes nothing'
);
select results_eq(
    $$
    select r.state, r.error, r.as_of
    from api.list_payout_runs(p_is_finished => false) as r
    where r.state = 'dead'
    $$,
    $$values ('dead', 'boom 10', '2025-12-30'::date)$$, 'the list of runs shows it'
);

-- Brought back
set local role cuenta_app;
select results_eq(
    $$
    select r.state, r.attempts, r.died_at, r.next_attempt_at <= clock_timestamp()
    from runs as n cross join retry_payout_run(n.run_id) as r
    where n.name = 'queued'
    $$,
    $$values ('running', 0, null::timestamptz, true)$$, 'retried, it goes on'
);
reset role;
set local role cuenta_worker;
select results_eq(
    $$
    select r.payouts_created, r.is_finished
    from claim_payout_run() as c cross join continue_payout_run(c.run_id) as r
    $$,
    'values (5, true)', 'and is finished'
);
reset role;
select results_eq(
    $$
    select r.state, r.attempts, r.error, r.failed_at, r.next_attempt_at
    from runs as n cross join api.get_payout_run(n.run_id) as r
    where n.name = 'queued'
    $$,
    $$values ('finished', 0, null, null::timestamptz, null::timestamptz)$$,
    'with nothing left of what failed'
);
select results_eq(
    $$
    select r.state, r.next_attempt_at
    from runs as n cross join api.retry_payout_run(n.run_id) as r
    where n.name = 'queued'
    $$,
    $$values ('finished', null::timestamptz)$$, 'a finished run stays finished'
);

-- A run that nobody goes on with
update ledger.payout_runs set next_attempt_at = now() - interval '1 second' where next_attempt_at is not null;
set local role cuenta_worker;
select results_eq(
    'select n.name from claim_payout_run(true) as c inner join runs as n on c.run_id = n.run_id',
    $$values ('begun')$$, 'a run that nobody went on with for a minute is a worker''s'
);
reset role;
select results_eq(
    $$
    select r.state, r.is_queued, r.attempts, r.error, r.next_attempt_at > now()
    from runs as n cross join api.get_payout_run(n.run_id) as r
    where n.name = 'begun'
    $$,
    $$
    values (
        'retrying', true, 1, 'the attempt did not end; the log of whoever made it tells why', true
    )
    $$,
    'an attempt that is counted has failed until it has not'
);
select results_eq(
    $$
    select r.payouts_created, r.is_finished
    from runs as n cross join api.continue_payout_run(n.run_id, 1) as r
    where n.name = 'begun'
    $$,
    'values (0, false)', 'it goes on'
);
select results_eq(
    $$
    select r.state, r.is_queued, r.attempts, r.error, r.next_attempt_at <= clock_timestamp()
    from runs as n cross join api.get_payout_run(n.run_id) as r
    where n.name = 'begun'
    $$,
    $$values ('running', true, 0, null, true)$$, 'and stays a worker''s'
);

-- A run that somebody goes on with
insert into runs
select
    'in hand',
    r.run_id
from api.start_payout_run('PEN', '2025-12-28') as r;
update ledger.payout_runs set next_attempt_at = now() where not is_queued;
select api.continue_payout_run(n.run_id, 1) from runs as n where n.name = 'in hand';
select results_eq(
    $$
    select r.is_queued, r.next_attempt_at - clock_timestamp() between '50 s' and '60 s'
    from runs as n inner join ledger.payout_runs as r on n.run_id = r.run_id
    where n.name = 'in hand'
    $$,
    'values (false, true)', 'each time that somebody goes on with a run, it is theirs for a minute'
);
update ledger.payout_runs as r
set next_attempt_at = now() - make_interval(secs => case n.name when 'in hand' then 1 else 2 end)
from runs as n
where n.run_id = r.run_id and n.name in ('in hand', 'begun');
select results_eq(
    'select n.name from api.claim_payout_run() as c inner join runs as n on c.run_id = n.run_id',
    $$values ('begun')$$, 'the run that waits longest is the first to be gone on with'
);

select * from finish();
rollback;
