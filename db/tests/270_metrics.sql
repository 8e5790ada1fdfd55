-- api.get_metrics and api.audit_integrity: what is counted, and what it is called.
begin;
select plan(37);

create function pg_temp.metric(p_sample text) returns numeric
language sql
as $$
select substr(l.line, length(p_sample) + 2)::numeric
from api.get_metrics() as m
cross join lateral string_to_table(m.metrics, chr(10)) as l (line)
where starts_with(l.line, p_sample || ' ')
$$;

create function pg_temp.send(p_event_id text, p_change jsonb default '{}') returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_event_id, 'event_type', 'charge_succeeded',
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'res_001', 'currency', 'PEN',
        'amount', 12000, 'fee', 600
    ) || p_change
) as a
$$;

-- The text
select is(
    (
        select count(*)
        from api.get_metrics() as m
        cross join lateral string_to_table(m.metrics, chr(10)) as l (line)
        where l.line !~ '^# (HELP cuenta_[a-z_]+ .+|TYPE cuenta_[a-z_]+ (counter|gauge))$'
            and l.line !~ '^cuenta_[a-z_]+([{][a-z]+="[^"]*"(,[a-z]+="[^"]*")*[}])? [0-9.]+$'
    ),
    1::bigint,
    'every line is HELP, TYPE or a sample, and the last one ends'
);
select is_empty(
    $$
    select m.name
    from ledger.metrics as m
    where (select g.metrics from api.get_metrics() as g) not like
        format('%%# HELP %s %%' || chr(10) || '# TYPE %s %s' || chr(10) || '%%', m.name, m.name, m.type)
    $$,
    'every metric has its HELP and its TYPE, also where there is nothing to say'
);
select set_eq(
    $$
    select s.name
    from (
        select e.* from ledger.measure_events(now()) as e
        union all
        select p.* from ledger.measure_payouts(now()) as p
        union all
        select r.* from ledger.measure_runs(now()) as r
        union all
        select d.* from ledger.measure_deliveries(now()) as d
        union all
        select i.* from ledger.measure_integrity() as i
        union all
        select v.* from ledger.measure_server(now()) as v
        union all
        select t.* from ledger.measure_tables() as t
    ) as s
    union
    -- of which nothing is said on an empty book, on a server that nobody follows
    values
    ('cuenta_payout_run_finished_timestamp_seconds'), ('cuenta_payouts_oldest_age_seconds'),
    ('cuenta_payouts_open'), ('cuenta_payouts_open_minor_units'), ('cuenta_payouts_overdue'),
    ('cuenta_replicas')
    $$,
    'select m.name from ledger.metrics as m',
    'what is measured is what db/reference/metrics.csv lists'
);
select is_empty(
    $$select m.name from ledger.metrics as m where m.help like '%' || chr(10) || '%' or m.help !~ '[.]$'$$,
    'HELP is one line that ends'
);

-- Events. Sequences remember what other tests have rolled back.
create temporary table counted_before as
select
    s.status,
    pg_temp.metric(format('cuenta_events_total{status="%s"}', s.status)) as events
from (values ('conflict'), ('deferred'), ('processed'), ('rejected')) as s (status);
grant select on counted_before to cuenta_reader;
set local role cuenta_processor;
select is(
    array[
        pg_temp.send('evt_1'), pg_temp.send('evt_1'), pg_temp.send('evt_1', '{"amount": 7}'),
        pg_temp.send('evt_2', '{"amount": 0}'), pg_temp.send('evt_3', '{"amount": 0}'),
        pg_temp.send(
            'evt_4', '{"event_type": "refund_succeeded", "fee": 0, "payment_id": "pay_1", "refund_id": "rf_1"}'
        )
    ],
    array['processed', 'already_processed', 'conflict', 'rejected', 'rejected', 'deferred'],
    'six events are sent, one of them known'
);
reset role;
set local role cuenta_reader;
select is(
    pg_temp.metric(format('cuenta_events_total{status="%s"}', b.status)) - b.events,
    w.events::numeric,
    format('of %s events so many are counted, a conflict not as a refusal', b.status)
)
from counted_before as b
inner join (
    values ('conflict', 1), ('deferred', 1), ('processed', 1), ('rejected', 2)
) as w (status, events)
    on b.status = w.status
order by b.status;
select is(pg_temp.metric('cuenta_refusals_recent{code="AMOUNT_INVALID"}'), 2::numeric, 'by code, of now');
select is(pg_temp.metric('cuenta_inbox_open{status="rejected"}'), 2::numeric, 'what is refused is open');
select is(pg_temp.metric('cuenta_inbox_open{status="conflict"}'), 1::numeric, 'so is a conflict');
select is(pg_temp.metric('cuenta_inbox_open{status="deferred"}'), 1::numeric, 'so is what waits');
reset role;
set local role cuenta_operator;
select is(
    (select count(*) from api.dismiss_event('evt_2', 'x')), 1::bigint, 'a refusal is dismissed'
);
reset role;
select is(pg_temp.metric('cuenta_inbox_open{status="rejected"}'), 1::numeric, 'and open no more');
select is(pg_temp.send('evt_3', '{"amount": 5, "fee": 0}'), 'processed', 'what was refused is sent right');
select is(pg_temp.metric('cuenta_inbox_open{status="rejected"}'), 0::numeric, 'and open no more, either');
select is(pg_temp.send('evt_5', '{"amount": 0}'), 'rejected', 'another one is refused');
select is(pg_temp.send('evt_5', '{"amount": 0}'), 'rejected', 'twice');
select is(pg_temp.metric('cuenta_inbox_open{status="rejected"}'), 1::numeric, 'and is one item');
select bag_eq(
    $$select c.status, c.items from ledger.count_open_refusals(1000) as c$$,
    $$
    select i.status, count(*)
    from reporting.inbox as i
    where i.is_open and i.status <> 'deferred'
    group by i.status
    $$,
    'what is open is what the inbox says'
);
select is_empty('select * from ledger.count_open_refusals(0)', 'no more are looked at than asked');

-- Payouts
select is(
    (select r.payouts_created from api.run_payouts('PEN', '2025-12-30') as r), 1, 'a payout is made'
);
select is(
    pg_temp.metric('cuenta_payouts_open{currency="PEN",waits_for="nobody"}'), 1::numeric,
    'it waits to be taken'
);
select is(
    pg_temp.metric('cuenta_payouts_open_minor_units{currency="PEN",waits_for="nobody"}'),
    11405::numeric, 'with its amount'
);
select is(
    pg_temp.metric('cuenta_payout_run_finished_timestamp_seconds{currency="PEN"}') > 0, true,
    'a run has finished'
);
select is((select count(*) from api.claim_payouts('PEN')), 1::bigint, 'a disburser takes it');
select is(
    pg_temp.metric('cuenta_payouts_open{currency="PEN",waits_for="disburser"}'), 1::numeric,
    'and it waits for him'
);

-- Audits
select is(
    pg_temp.metric('cuenta_integrity_checks_unaudited'),
    (select count(*) from reporting.integrity_checks)::numeric,
    'no check has been audited'
);
set local role cuenta_worker;
select is(
    (select a.findings from audit_integrity('entry_seq_gap') as a), 0::bigint,
    'a worker audits one check at a time'
);
reset role;
set local role cuenta_operator;
select results_eq(
    $$select a.check_name, a.findings from audit_integrity() as a where a.severity = 'error'$$,
    $$
    select c.check_name, c.findings
    from check_integrity() as c
    where c.severity = 'error'
    order by c.check_name
    $$,
    'an audit finds what the checks find'
);
select throws_ok(
    $$select * from audit_integrity('x')$$, 'LNCHK', 'check ''x'' does not exist',
    'rejects a check that is none (LNCHK)'
);
reset role;
select is(pg_temp.metric('cuenta_integrity_checks_unaudited'), 0::numeric, 'now all have');

-- Seals
select lives_ok('select * from seal_ledger()', 'the book is sealed');
select is(pg_temp.metric('cuenta_seals_unaudited'), 1::numeric, 'what was sealed is not audited');
select is(
    pg_temp.metric('cuenta_seal_timestamp_seconds') > extract(epoch from now()), true,
    'and when it was is told'
);
select throws_ok(
    'delete from ledger.integrity_audits', 'LCAPP',
    'rows of ledger.integrity_audits are recorded facts: delete is refused',
    'what an audit found is not changed (LCAPP)'
);

select * from finish();
rollback;
