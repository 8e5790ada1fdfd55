-- start_payout_run, continue_payout_run, get_payout_run, list_payout_runs, list_payout_skips,
-- preview_payouts: runs that commit as they go, and what can be read of them.
begin;
select plan(50);

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
                            'occurred_at', '2025-12-30T10:00:00Z', 'amount', 1000 * n.no
                        )
                    )
                from generate_series(1, 5) as n (no)
            )
        ) as a
    ),
    5::bigint, 'money of five restaurants'
);
create temporary table runs (no integer, run_id text);
grant select, insert on runs to cuenta_app, cuenta_reader;

set local role cuenta_app;

-- The service: what cannot be started
select throws_ok(
    'select * from start_payout_run(null, ''2025-12-30'')', 'LBARG', 'currency is missing',
    'a run needs a currency (LBARG)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', null)', 'LBARG', 'as_of is missing',
    'a run needs a day (LBARG)'
);
select throws_ok(
    'select * from start_payout_run(''ZZZ'', ''2025-12-30'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217', 'a run needs a currency that there is (LUCUR)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''infinity'')', 'LBDAT',
    'as_of must be a calendar day', 'a run needs a day of the calendar (LBDAT)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''2999-01-01'')', 'LUFUT',
    'as_of 2999-01-01 lies in the future', 'a run needs a day that has come (LUFUT)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''2025-12-30'', -1)', 'LUMIN',
    'min_amount must be from 0 to 9007199254740991 minor units',
    'a run needs a least amount that can be one (LUMIN)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''2025-12-30'', 1, array[''res_1'', ''nobody''])',
    'LNRES', 'restaurant ''nobody'' does not exist', 'a run is for restaurants that there are (LNRES)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2025-12-30'', p_restaurant_ids => array[''nobody''])',
    'LNRES', 'restaurant ''nobody'' does not exist', 'in one transaction, too (LNRES)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''2025-12-30'', 1, array[''res_1'', null])',
    'LBIDS', 'restaurant_ids must be a list of at most 10000 ids, none of them null',
    'a run is not for nobody (LBIDS)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''2025-12-30'', 1, array_fill(''res_1''::text, array[10001]))',
    'LBIDS', 'restaurant_ids must be a list of at most 10000 ids, none of them null',
    'nor for more than 10,000 by name (LBIDS)'
);
select is_empty('select * from list_payout_runs()', 'none of these is a run');

-- The service: what cannot be continued
select throws_ok(
    'select * from continue_payout_run(null)', 'LBARG', 'run_id is missing',
    'nothing to go on with (LBARG)'
);
select throws_ok(
    'select * from continue_payout_run(''run_x'')', 'LNRUN', 'payout run ''run_x'' does not exist',
    'no such run to go on with (LNRUN)'
);
select throws_ok(
    'select * from continue_payout_run(''run_x'', 501)', 'LBLIM', 'limit must be from 1 to 500',
    'at most 500 at a time (LBLIM)'
);
select throws_ok(
    'select * from get_payout_run(null)', 'LBARG', 'run_id is missing',
    'nothing to look up (LBARG)'
);
select throws_ok(
    'select * from get_payout_run(''run_x'')', 'LNRUN', 'payout run ''run_x'' does not exist',
    'no such run to look up (LNRUN)'
);
select throws_ok(
    'select * from list_payout_skips(''run_x'')', 'LNRUN', 'payout run ''run_x'' does not exist',
    'no such run that skipped anybody (LNRUN)'
);
select throws_ok(
    'select * from list_payout_runs(p_limit => 0)', 'LBLIM', 'limit must be from 1 to 500',
    'a list has a limit (LBLIM)'
);
select throws_ok(
    'select * from list_payout_runs(p_cursor => ''zz'')', 'LBCUR', 'cursor is not one of this list',
    'a list of runs takes its own cursors only (LBCUR)'
);
select throws_ok(
    'select * from list_payout_runs(''ZZZ'')', 'LUCUR', 'currency ''ZZZ'' is none of ISO 4217',
    'there are no runs in a currency that there is not (LUCUR)'
);

-- The service: a run
insert into runs
select
    1,
    r.run_id
from start_payout_run('pen', '2025-12-30', 2000) as r;
select results_eq(
    $$
    select
        r.run_id = n.run_id, r.currency, r.as_of, r.min_amount, r.restaurant_ids, r.is_finished,
        r.finished_at, r.last_restaurant_id, r.payouts_created, r.payouts_amount,
        r.restaurants_skipped, r.skipped
    from runs as n cross join get_payout_run(n.run_id) as r
    $$,
    $$
    values (
        true, 'PEN', '2025-12-30'::date, 2000::bigint, null::text[], false, null::timestamptz,
        null::text, 0, 0::numeric, 0, '{}'::jsonb
    )
    $$,
    'a run that was started has done nothing yet'
);
select results_eq(
    $$
    select
        r.status, r.message, r.is_dry_run, r.payouts_created, r.payouts_amount,
        r.restaurants_skipped, r.skipped, r.is_finished
    from runs as n cross join continue_payout_run(n.run_id, 2) as r
    $$,
    $$
    values (
        'accepted', 'payouts created so far: 1', false, 1, 2000::numeric, 1,
        '{"below_minimum": 1}'::jsonb, false
    )
    $$,
    'the first call looks at two restaurants'
);
select results_eq(
    $$
    select r.last_restaurant_id, r.payouts_created, r.is_finished
    from runs as n cross join get_payout_run(n.run_id) as r
    $$,
    $$values ('res_2', 1, false)$$,
    'and the run says how far it is'
);
select results_eq(
    $$
    select r.payouts_created, r.is_finished
    from runs as n cross join continue_payout_run(n.run_id, 2) as r
    $$,
    $$values (3, false)$$,
    'the second one at two more'
);
select results_eq(
    $$
    select r.message, r.payouts_created, r.payouts_amount, r.skipped, r.is_finished
    from runs as n cross join continue_payout_run(n.run_id, 2) as r
    $$,
    $$values ('payouts created: 4', 4, 14000::numeric, '{"below_minimum": 1}'::jsonb, true)$$,
    'the third one at the last'
);
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.is_finished
    from runs as n cross join continue_payout_run(n.run_id, 2) as r
    $$,
    $$values (4, 14000::numeric, true)$$,
    'a call too many changes nothing'
);
select ok(
    (select r.finished_at >= r.started_at from list_payout_runs() as r),
    'when it was finished is known'
);

-- The service: for some
insert into runs
select
    2,
    r.run_id
from run_payouts('PEN', '2025-12-30', p_restaurant_ids => array['res_2', 'res_1', 'res_2']) as r;
select results_eq(
    $$
    select r.restaurant_ids, r.payouts_created, r.skipped
    from get_payout_run((select n.run_id from runs as n where n.no = 2)) as r
    $$,
    $$values (array['res_1', 'res_2'], 1, '{"already_paid": 1}'::jsonb)$$,
    'a run for some restaurants looks at each of them once, and at nobody else'
);
select results_eq(
    $$
    select r.payouts_created, r.restaurants_skipped
    from run_payouts('PEN', '2025-12-30', p_restaurant_ids => '{}') as r
    $$,
    $$values (0, 0)$$,
    'a run for no restaurant pays nobody'
);
select results_eq(
    $$
    select r.payouts_created, r.skipped
    from run_payouts('PEN', '2025-12-30', p_dry_run => true, p_restaurant_ids => '{res_4}') as r
    $$,
    $$values (0, '{"already_paid": 1}'::jsonb)$$,
    'so can a dry one be'
);
select results_eq(
    $$
    select r.payouts_created, r.skipped
    from run_payouts('USD', '2025-12-30', p_restaurant_ids => '{res_4}') as r
    $$,
    $$values (0, '{}'::jsonb)$$,
    'who has no account in the currency is neither paid nor skipped'
);

-- The service: lists
select is((select count(*) from list_payout_runs()), 4::bigint, 'all but the dry ones are listed');
select results_eq(
    $$
    with recursive pages as (
        select 1 as page, f.* from (select r.run_id, r.cursor from list_payout_runs(p_limit => 1) as r) as f
        union all
        select p.page + 1, n.run_id, n.cursor
        from pages as p cross join lateral list_payout_runs(p_limit => 1, p_cursor => p.cursor) as n
    )
    select p.run_id from pages as p order by p.page
    $$,
    'select r.run_id from list_payout_runs() as r',
    'page by page as all at once'
);
select results_eq(
    'select r.currency from list_payout_runs(''usd'') as r', $$values ('USD')$$, 'by currency'
);
select is(
    (select count(*) from list_payout_runs(p_as_of => '2025-12-29')), 0::bigint, 'by day'
);
select is(
    (select count(*) from list_payout_runs(p_is_finished => false)), 0::bigint,
    'by whether they are finished'
);
select results_eq(
    $$
    select k.restaurant_id, k.currency, k.as_of, k.reason, k.amount
    from runs as n cross join list_payout_skips(n.run_id) as k
    where n.no = 1
    $$,
    $$values ('res_1', 'PEN', '2025-12-30'::date, 'below_minimum', 1000::numeric)$$,
    'whom a run skipped is listed with the reason and what could have been paid'
);
insert into runs
select
    3,
    r.run_id
from run_payouts('PEN', '2025-12-29') as r;
select results_eq(
    $$
    with recursive pages as (
        select 1 as page, f.*
        from (
            select k.reason, k.restaurant_id, k.cursor
            from list_payout_skips((select n.run_id from runs as n where n.no = 3), p_limit => 1) as k
        ) as f
        union all
        select p.page + 1, k.reason, k.restaurant_id, k.cursor
        from pages as p
        cross join lateral list_payout_skips(
            (select n.run_id from runs as n where n.no = 3), p_limit => 1, p_cursor => p.cursor
        ) as k
    )
    select p.reason, p.restaurant_id from pages as p order by p.page
    $$,
    $$
    values
    ('closed_by_later_payout', 'res_1'), ('closed_by_later_payout', 'res_2'),
    ('closed_by_later_payout', 'res_3'), ('closed_by_later_payout', 'res_4'),
    ('closed_by_later_payout', 'res_5')
    $$,
    'page by page, too'
);
select is(
    (
        select count(*)
        from list_payout_skips((select n.run_id from runs as n where n.no = 1), 'already_paid')
    ),
    0::bigint, 'by reason'
);

-- Readers: what would be
reset role;
select is(
    (
        select a.status
        from api.ingest_event(
            jsonb_build_object(
                'event_id', 'evt_late', 'restaurant_id', 'res_1', 'event_type', 'charge_succeeded',
                'currency', 'PEN', 'occurred_at', '2025-12-31T10:00:00Z', 'amount', 700, 'fee', 50
            )
        ) as a
    ),
    'processed', 'one more charge'
);
set local role cuenta_reader;
select results_eq(
    $$
    select p.restaurant_id, p.amount, p.reason, p.items
    from preview_payouts('PEN', '2025-12-31', 650, p_limit => 2) as p
    $$,
    $$
    values
    (
        'res_1', 650::numeric, null::text,
        '[{"item_type": "gross_sales", "amount": 700, "entry_count": 1},
        {"item_type": "fees", "amount": -50, "entry_count": 1}]'::jsonb
    ),
    ('res_2', 0, 'nothing_to_pay', null)
    $$,
    'a reader sees what a run would pay each restaurant, and why not'
);
select is(
    (
        select count(*)
        from preview_payouts(
            'PEN', '2025-12-31', p_cursor => (
                select p.cursor from preview_payouts('PEN', '2025-12-31', p_limit => 1) as p
            )
        )
    ),
    4::bigint, 'from a cursor on'
);
select throws_ok(
    'select * from preview_payouts(''PEN'', ''2025-12-31'', p_restaurant_ids => ''{nobody}'')',
    'LNRES', 'restaurant ''nobody'' does not exist', 'of restaurants that there are (LNRES)'
);
select throws_ok(
    'select * from preview_payouts(''PEN'', ''2025-12-31'', p_cursor => ''zz'')', 'LBCUR',
    'cursor is not one of this list', 'with a cursor of this list (LBCUR)'
);
select throws_ok(
    'select * from start_payout_run(''PEN'', ''2025-12-30'')', '42501',
    'permission denied for function start_payout_run', 'readers cannot start a run (42501)'
);
select throws_ok(
    'select * from continue_payout_run((select n.run_id from runs as n where n.no = 1))', '42501',
    'permission denied for function continue_payout_run', 'nor continue one (42501)'
);
select is(
    (select count(*) from payout_runs as r where r.finished_at is not null), 5::bigint,
    'they see the runs'
);
select is((select count(*) from payout_skips), 7::bigint, 'and whom they skipped');
reset role;
select is(
    (
        select p.payout_id
        from api.preview_payouts('PEN', '2025-12-31', p_restaurant_ids => '{res_1}') as p
    ),
    'po_' || left(encode(sha256('res_1|PEN|2025-12-31'), 'hex'), 32),
    'the payout''s id is known before: it is derived from restaurant, currency and day'
);

select * from finish();
rollback;
