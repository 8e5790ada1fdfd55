-- api.run_payouts: reserves what can be paid.
begin;
select plan(48);

create function pg_temp.charge(p_restaurant_id text, p_amount bigint, p_change jsonb default '{}')
returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', format('evt_%s_%s', p_restaurant_id, p_amount), 'event_type',
        'charge_succeeded',
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', p_restaurant_id, 'currency', 'PEN',
        'amount', p_amount
    ) || p_change
) as a
$$;

-- What is there of runs, payouts, items, skips, entries: unchanged if nothing was kept.
create function pg_temp.state() returns text
language sql
as $$
select md5(
    concat(
        (select string_agg(r::text, '|' order by r.run_id) from ledger.payout_runs as r),
        (select string_agg(p::text, '|' order by p.payout_id) from ledger.payouts as p),
        (
            select string_agg(i::text, '|' order by i.payout_id, i.item_type)
            from ledger.payout_items as i
        ),
        (
            select string_agg(k::text, '|' order by k.run_id, k.restaurant_id)
            from ledger.payout_skips as k
        ),
        (
            select string_agg(e::text, '|' order by e.restaurant_id, e.currency, e.entry_seq)
            from ledger.ledger_entries as e
        ),
        (
            select string_agg(b::text, '|' order by b.restaurant_id, b.currency)
            from ledger.account_balances as b
        )
    )
)
$$;

set local role cuenta_app;

-- The service: what cannot be run
select throws_ok(
    'select * from run_payouts(null, ''2025-12-30'')', 'LBARG', 'currency is missing',
    'raises when the currency is not named (LBARG)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', null)', 'LBARG', 'as_of is missing',
    'raises when there is no day (LBARG)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2025-12-30'', null)', 'LBARG', 'min_amount is missing',
    'raises when the least amount is null (LBARG)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2025-12-30'', 1, null)', 'LBARG', 'dry_run is missing',
    'raises when it is left open whether the run is dry (LBARG)'
);
select throws_ok(
    'select * from run_payouts(''ZZZ'', ''2025-12-30'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217',
    'raises for an unknown currency (LUCUR)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''-infinity'')', 'LBDAT', 'as_of must be a calendar day',
    'raises for a day at the beginning of time (LBDAT)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''infinity'')', 'LBDAT', 'as_of must be a calendar day',
    'raises for a day at the end of time (LBDAT)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2999-01-01'')', 'LUFUT',
    'as_of 2999-01-01 lies in the future',
    'raises for a day that has not come (LUFUT)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2025-12-30'', -1)', 'LUMIN',
    'min_amount must be from 0 to 9007199254740991 minor units',
    'raises when the least amount is negative (LUMIN)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2025-12-30'', 9007199254740992)', 'LUMIN',
    'min_amount must be from 0 to 9007199254740991 minor units',
    'raises when the least amount is past 2^53 - 1 (LUMIN)'
);
select throws_ok(
    'select * from run_payouts(''PEN'', ''2025-02-30'')', '22008', null,
    'raises for a day that no calendar has (22008)'
);
reset role;
select is((select count(*) from ledger.payout_runs), 0::bigint, 'none of these is a run');
set local role cuenta_app;
select lives_ok(
    'select * from run_payouts(''PEN'', ''2025-12-30'', 9007199254740991, true)',
    '2^53 - 1 is a least amount'
);

-- The service: nobody to pay
select results_eq(
    $$
    select
        r.status, r.run_id ~ '^run_[0-9a-f]{32}$', r.currency, r.as_of, r.min_amount, r.is_dry_run,
        r.payouts_created, r.payouts_amount, r.restaurants_skipped, r.skipped
    from run_payouts('pen', '2025-12-30') as r
    $$,
    $$
    values (
        'accepted', true, 'PEN', '2025-12-30'::date, 1::bigint, false, 0, 0::numeric, 0, '{}'::jsonb
    )
    $$,
    'a run with no restaurant is accepted; the least amount is 1 if not given'
);

-- The service: who is paid and who is not
reset role;
select is(
    pg_temp.charge(c.restaurant_id, c.amount, c.change), 'processed',
    'money for ' || c.restaurant_id
)
from (
    values
    ('res_equal', 5000, '{}'::jsonb),
    ('res_less', 4999, '{}'),
    ('res_more', 12000, '{"fee": 600}'),
    ('res_none', 100, '{"event_type": "refund_succeeded"}'),
    ('res_paused', 9000, '{}'),
    ('res_usd', 9000, '{"currency": "USD"}')
) as c (restaurant_id, amount, change);
select is(
    (select s.payouts_paused from set_restaurant('res_paused', p_payouts_paused => true) as s),
    true,
    'and one whose payouts are paused'
);
create temporary table before as select pg_temp.state() as state;
set local role cuenta_app;

select results_eq(
    $$
    select
        r.status, r.run_id, r.is_dry_run, r.payouts_created, r.payouts_amount,
        r.restaurants_skipped, r.skipped
    from run_payouts('PEN', '2025-12-30', 5000, true) as r
    $$,
    $$
    values (
        'accepted', null::text, true, 2, 16400::numeric, 3,
        '{"below_minimum": 1, "nothing_to_pay": 1, "payouts_paused": 1}'::jsonb
    )
    $$,
    'a dry run answers what a run would do, and has no id'
);
reset role;
select is(pg_temp.state(), (select b.state from before as b), 'a dry run keeps nothing');
set local role cuenta_app;
select results_eq(
    $$
    select
        r.status, r.run_id ~ '^run_[0-9a-f]{32}$', r.currency, r.as_of, r.min_amount, r.is_dry_run,
        r.payouts_created, r.payouts_amount, r.restaurants_skipped, r.skipped
    from run_payouts('PEN', '2025-12-30', 5000) as r
    $$,
    $$
    values (
        'accepted', true, 'PEN', '2025-12-30'::date, 5000::bigint, false, 2, 16400::numeric, 3,
        '{"below_minimum": 1, "nothing_to_pay": 1, "payouts_paused": 1}'::jsonb
    )
    $$,
    'a run pays what reaches the least amount, equal included, and counts whom it skips by reason'
);
reset role;
select results_eq(
    $$
    select p.restaurant_id, p.currency, p.as_of, p.amount, p.status,
    p.payout_id ~ '^po_[0-9a-f]{32}$'
    from ledger.payouts as p order by p.restaurant_id collate "C"
    $$,
    $$
    values
    (
        'res_equal' collate "C", 'PEN' collate "C", '2025-12-30'::date, 5000::bigint,
        'CREATED' collate "C", true
    ),
    ('res_more', 'PEN', '2025-12-30', 11400, 'CREATED', true)
    $$,
    'payouts are written for those two, of this currency only'
);
select results_eq(
    $$
    select p.restaurant_id, i.item_type, i.amount, i.entry_count
    from ledger.payout_items as i
    inner join ledger.payouts as p on i.restaurant_id = p.restaurant_id
        and i.payout_id = p.payout_id
    order by p.restaurant_id collate "C", i.item_type collate "C"
    $$,
    $$
    values
    ('res_equal' collate "C", 'gross_sales' collate "C", 5000::bigint, 1::bigint),
    ('res_more', 'fees', -600, 1),
    ('res_more', 'gross_sales', 12000, 1)
    $$,
    'with items that say what they consist of; nothing is an item of zero'
);
select results_eq(
    $$
    select e.restaurant_id, e.amount, e.balance_after, e.reserved_after, e.event_no
    from ledger.ledger_entries as e
    inner join ledger.payouts as p
        on e.restaurant_id = p.restaurant_id
            and e.payout_id = p.payout_id
            and e.entry_seq = p.reserve_entry_seq
    where e.entry_type = 'PAYOUT_RESERVE'
    order by e.restaurant_id collate "C"
    $$,
    $$
    values
    ('res_equal' collate "C", 5000::bigint, 0::bigint, 5000::bigint, null::bigint),
    ('res_more', 11400, 0, 11400, null)
    $$,
    'and an entry each that reserves the amount'
);
select results_eq(
    $$
    select b.restaurant_id, b.balance::bigint, b.reserved::bigint, b.closed_through
    from ledger.account_balances as b
    where b.restaurant_id in ('res_more', 'res_less') order by b.restaurant_id collate "C"
    $$,
    $$
    values
    ('res_less' collate "C", 4999::bigint, 0::bigint, '-infinity'::date),
    ('res_more', 0, 11400, '2025-12-30')
    $$,
    'a payout closes the days up to its as_of, a skip does not'
);
select results_eq(
    $$
    select k.restaurant_id, k.currency, k.reason, k.amount
    from ledger.payout_skips as k order by k.restaurant_id collate "C"
    $$,
    $$
    values
    ('res_less' collate "C", 'PEN' collate "C", 'below_minimum' collate "C", 4999::numeric),
    ('res_none', 'PEN', 'nothing_to_pay', -100),
    ('res_paused', 'PEN', 'payouts_paused', 9000)
    $$,
    'whom it skips is kept with the reason and what could have been paid'
);
select results_eq(
    $$
    select r.currency, r.as_of, r.min_amount, r.payouts_created, r.payouts_amount,
    r.restaurants_skipped
    from ledger.payout_runs as r
    where r.min_amount = 5000
    $$,
    $$values ('PEN' collate "C", '2025-12-30'::date, 5000::bigint, 2, 16400::numeric, 3)$$,
    'the run is kept with its outcome'
);
select is(
    (
        select count(distinct p.run_id)
        from ledger.payouts as p
        inner join ledger.payout_runs as r on p.run_id = r.run_id
    ),
    1::bigint, 'which its payouts name'
);

-- The service: again
set local role cuenta_app;
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.restaurants_skipped, r.skipped
    from run_payouts('PEN', '2025-12-30', 5000) as r
    $$,
    $$
    values (
        0, 0::numeric, 5,
        '{"already_paid": 2, "below_minimum": 1, "nothing_to_pay": 1, "payouts_paused": 1}'::jsonb
    )
    $$,
    'running again creates nothing (already_paid)'
);
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.skipped
    from run_payouts('PEN', '2025-12-29', 0) as r
    $$,
    $$
    values (
        0, 0::numeric,
        '{"closed_by_later_payout": 2, "nothing_to_pay": 2, "payouts_paused": 1}'::jsonb
    )
    $$,
    'a day before a payout''s is closed (closed_by_later_payout), and has no money that came later'
);
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.skipped
    from run_payouts('PEN', '2025-12-30', 4999) as r
    $$,
    $$
    values (1, 4999::numeric, '{"already_paid": 2, "nothing_to_pay": 1, "payouts_paused": 1}'::jsonb)
    $$,
    'a lower least amount pays who was skipped for it'
);
select results_eq(
    $$
    select r.payouts_created, r.skipped
    from run_payouts('PEN', '2025-12-31', 0) as r
    $$,
    $$values (0, '{"nothing_to_pay": 4, "payouts_paused": 1}'::jsonb)$$,
    'a least amount of 0 does not make a payout of 0'
);
select is(
    (select s.payouts_paused from set_restaurant('res_paused', p_payouts_paused => false) as s),
    false,
    'payouts go on'
);
select is(
    (select r.payouts_amount from run_payouts('PEN', '2025-12-30') as r), 9000::numeric,
    'and what was held up is paid'
);
select is(
    (select b.reserved from get_balance('res_usd', 'USD') as b), 0::bigint,
    'money of another currency was never touched'
);

-- Today, somewhere: as_of may be a day that has begun for some restaurant only
select is(
    (select s.timezone from set_restaurant('res_east', 'Pacific/Kiritimati') as s),
    'Pacific/Kiritimati',
    'a restaurant where the day begins first'
);
select is(
    (select s.timezone from set_restaurant('res_west', 'Etc/GMT+12') as s), 'Etc/GMT+12',
    'and one where it begins last'
);
reset role;
select is(
    pg_temp.charge(
        r.restaurant_id, 700, jsonb_build_object('occurred_at', now(), 'currency', 'MXN')
    ),
    'processed', 'a charge now for ' || r.restaurant_id
)
from (values ('res_east'), ('res_west')) as r (restaurant_id);
set local role cuenta_app;
select results_eq(
    $$
    select r.payouts_created, r.skipped
    from run_payouts('MXN', (now() at time zone 'Pacific/Kiritimati')::date) as r
    $$,
    $$values (1, '{"as_of_in_future": 1}'::jsonb)$$,
    'pays where the day has come and skips where it has not (as_of_in_future)'
);

-- Others
reset role;
set local role cuenta_reader;
select throws_ok(
    'select * from api.run_payouts(''PEN'', ''2025-12-30'')', '42501',
    'permission denied for function run_payouts',
    'readers cannot pay out (42501)'
);
reset role;

select is_empty(
    $$
    select f.check_name, f.finding
    from reporting.integrity_findings as f
    where f.severity = 'error'
    $$,
    'after all this the ledger is sound'
);

-- More restaurants than are written at once: those with an odd number owe a refund
reset role;
select is(
    (
        select count(*) filter (where a.status = 'processed')
        from ingest_events(
            (
                select
                    jsonb_agg(
                        jsonb_build_object(
                            'event_id', 'evt_many_' || n.no, 'restaurant_id', 'many_' || n.no,
                            'event_type',
                            case n.no % 2 when 0 then 'charge' else 'refund' end || '_succeeded',
                            'occurred_at', '2025-12-30T10:00:00Z', 'currency', 'EUR', 'amount', 10
                        )
                    )
                from generate_series(1, 2003) as n (no)
            )
        ) as a
    ),
    2003::bigint, 'money of two thousand and three restaurants'
);
set local role cuenta_app;
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.restaurants_skipped, r.skipped
    from run_payouts('EUR', '2025-12-30') as r
    $$,
    $$values (1001, 10010::numeric, 1002, '{"nothing_to_pay": 1002}'::jsonb)$$,
    'a run goes through all of them'
);
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.skipped
    from run_payouts('EUR', '2025-12-30') as r
    $$,
    $$values (0, 0::numeric, '{"already_paid": 1001, "nothing_to_pay": 1002}'::jsonb)$$,
    'once'
);
reset role;

select * from finish();
rollback;
