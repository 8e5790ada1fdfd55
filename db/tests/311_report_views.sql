-- The reports of schema reporting, with figures.
begin;
select plan(24);

create function pg_temp.send(
    p_id text, p_type text, p_at text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', p_type, 'occurred_at', p_at, 'restaurant_id', 'res_001',
        'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;

select is_empty(
    format('select * from reporting.%I', v.name), format('%s is empty at first', v.name)
)
from (
    values
    ('debt_ageing'), ('payout_reconciliation'), ('payout_run_reconciliation'), ('pending_ageing'),
    ('processor_fees')
) as v (name);

-- Debts: since when. Days are told from today, in Lima, where everybody here is
create function pg_temp.at(p_days integer) returns text
language sql
as $$
select to_char(
    (now() at time zone 'America/Lima')::date - p_days, 'YYYY-MM-DD"T00:00:00-05:00"'
)
$$;
create function pg_temp.day(p_days integer) returns date
language sql
as $$ select (now() at time zone 'America/Lima')::date - p_days $$;
select is(
    (select s.settlement_delay_days from set_restaurant('slow', p_settlement_delay_days => 20) as s),
    20::smallint, 'slow waits 20 days for its money'
);
select is(
    string_agg(distinct pg_temp.send(e.id, e.type, e.at, e.amount, e.change), ' '),
    'processed', 'charges and refunds'
)
from (
    values
    -- in debt since 40 days ago, sound for a while before, and in debt before that
    ('d_01', 'refund_succeeded', pg_temp.at(100), 500, '{}'::jsonb),
    ('d_02', 'charge_succeeded', pg_temp.at(90), 800, '{}'),
    ('d_03', 'refund_succeeded', pg_temp.at(40), 1000, '{}'),
    ('d_04', 'charge_succeeded', pg_temp.at(10), 100, '{}'),
    ('d_05', 'refund_succeeded', pg_temp.at(5), 50, '{}'),
    -- the debt ended by a charge of the very day
    ('d_06', 'refund_succeeded', pg_temp.at(20), 500, '{"restaurant_id": "sound"}'),
    ('d_07', 'charge_succeeded', pg_temp.at(19), 500, '{"restaurant_id": "sound"}'),
    -- no debt for a while, to the cent
    ('d_13', 'refund_succeeded', pg_temp.at(60), 100, '{"restaurant_id": "zero"}'),
    ('d_14', 'charge_succeeded', pg_temp.at(50), 100, '{"restaurant_id": "zero"}'),
    ('d_15', 'refund_succeeded', pg_temp.at(8), 30, '{"restaurant_id": "zero"}'),
    -- always in debt, in another currency
    ('d_08', 'refund_succeeded', pg_temp.at(7), 70, '{"currency": "USD"}'),
    -- what is pending makes no debt good: it was refunded before it was available
    ('d_09', 'charge_succeeded', pg_temp.at(30), 1000, '{"restaurant_id": "slow", "fee": 30}'),
    ('d_10', 'charge_succeeded', pg_temp.at(3), 5000, '{"restaurant_id": "slow", "fee": 150}'),
    ('d_11', 'refund_succeeded', pg_temp.at(2), 4000, '{"restaurant_id": "slow"}'),
    ('d_12', 'charge_succeeded', pg_temp.at(19), 77, '{"restaurant_id": "slow"}')
) as e (id, type, at, amount, change);
set local role cuenta_reader;
select results_eq(
    $$
    select d.restaurant_id collate "default", d.currency collate "default", d.debt, d.debt_since,
    d.days, d.bucket, d.pending
    from reporting.debt_ageing as d
    order by d.restaurant_id collate "C", d.currency collate "C"
    $$,
    $$
    values
    ('res_001', 'PEN', 650::numeric, pg_temp.day(40), 40, 'up_to_60_days', 0::numeric),
    ('res_001', 'USD', 70, pg_temp.day(7), 7, 'up_to_7_days', 0),
    ('slow', 'PEN', 3030, pg_temp.day(2), 2, 'up_to_7_days', 4927),
    ('zero', 'PEN', 30, pg_temp.day(8), 8, 'up_to_30_days', 0)
    $$,
    'debt_ageing says since when without a break; what is pending makes nothing good'
);
select results_eq(
    $$
    select p.restaurant_id collate "default", p.available_on, p.amount, p.days, p.bucket
    from reporting.pending_ageing as p
    order by p.restaurant_id collate "C", p.available_on
    $$,
    $$
    values
    ('slow', pg_temp.day(-1), 77::numeric, 1, 'next_day'),
    ('slow', pg_temp.day(-17), 4850, 17, 'up_to_30_days')
    $$,
    'pending_ageing has the days to come'
);
select results_eq(
    $$
    select p.restaurant_id collate "default", p.currency collate "default", sum(p.amount)
    from reporting.pending_ageing as p
    group by p.restaurant_id, p.currency
    $$,
    $$
    select b.restaurant_id collate "default", b.currency collate "default", b.pending
    from reporting.restaurant_balances as b
    where b.pending <> 0
    $$,
    'which add up to the pending balances'
);
select results_eq(
    $$
    select f.restaurant_id collate "default", f.business_day, f.charged, f.returned, f.net,
    f.entry_count
    from reporting.processor_fees as f
    order by f.business_day
    $$,
    $$
    values
    ('slow', pg_temp.day(30), 30::numeric, 0::numeric, 30::numeric, 1::bigint),
    ('slow', pg_temp.day(3), 150, 0, 150, 1)
    $$,
    'processor_fees has what processing cost'
);
select results_eq(
    $$select f.currency collate "default", sum(f.net) from reporting.processor_fees as f group by 1$$,
    $$
    select t.currency collate "default", t.balance
    from reporting.trial_balance as t
    where t.account = 'processor_fees' and t.owner = 'platform'
    $$,
    'and comes to what stands on the platform''s account'
);
reset role;

-- Payouts: one under way, one paid, one failed, one sent back
select is(
    string_agg(
        distinct pg_temp.send(
            'p_' || r.name, 'charge_succeeded', pg_temp.at(9), 1000,
            jsonb_build_object('restaurant_id', r.name, 'fee', 40)
        ), ' '
    ),
    'processed', 'four sell'
)
from (values ('r_created'), ('r_failed'), ('r_paid'), ('r_returned')) as r (name);
create temporary table run as select r.run_id from run_payouts('PEN', pg_temp.day(5)) as r;
grant select on run to public;
select is(
    string_agg(
        distinct pg_temp.send(
            'p_' || e.name || e.type, e.type, e.at, 960,
            jsonb_build_object('restaurant_id', e.name, 'payout_id', p.payout_id)
        ), ' '
    ),
    'processed', 'the bank reports'
)
from (
    values
    ('r_failed', 'payout_failed', pg_temp.at(4)), ('r_paid', 'payout_paid', pg_temp.at(4)),
    ('r_returned', 'payout_paid', pg_temp.at(4))
) as e (name, type, at)
inner join ledger.payouts as p on e.name = p.restaurant_id;
select is(
    pg_temp.send(
        'p_r_returned', 'payout_failed', pg_temp.at(3), 960,
        jsonb_build_object('restaurant_id', 'r_returned', 'payout_id', p.payout_id)
    ),
    'conflict EVENT_ID_REUSED', 'an id that was used'
)
from ledger.payouts as p
where p.restaurant_id = 'r_returned';
select is(
    pg_temp.send(
        'p_sent_back', 'payout_failed', pg_temp.at(3), 960,
        jsonb_build_object('restaurant_id', 'r_returned', 'payout_id', p.payout_id)
    ),
    'processed', 'one is sent back'
)
from ledger.payouts as p
where p.restaurant_id = 'r_returned';
set local role cuenta_reader;
select results_eq(
    $$
    select p.restaurant_id collate "default", p.status collate "default", p.amount, p.gross_sales,
    p.fees, p.refunds, p.other_items, p.items_amount, p.reserved, p.released, p.paid_out,
    p.given_back, p.entry_count, p.is_reconciled
    from reporting.payout_reconciliation as p
    order by p.restaurant_id collate "C"
    $$,
    $$
    values
    (
        'r_created', 'CREATED', 960::bigint, 1000::numeric, -40::numeric, 0::numeric, 0::numeric,
        960::numeric, 960::numeric, 0::numeric, 0::numeric, 0::numeric, 1::bigint, true
    ),
    ('r_failed', 'FAILED', 960, 1000, -40, 0, 0, 960, 960, 960, 0, 960, 2, true),
    ('r_paid', 'PAID', 960, 1000, -40, 0, 0, 960, 960, 960, 960, 0, 2, true),
    ('r_returned', 'FAILED', 960, 1000, -40, 0, 0, 960, 960, 960, 0, 960, 3, true)
    $$,
    'payout_reconciliation has each payout beside its items and entries'
);
select results_eq(
    $$
    select r.payouts_created, r.payouts_amount, r.restaurants_skipped, r.payouts_found,
    r.amount_found, r.skips_found, r.created_amount, r.paid_amount, r.failed_amount,
    r.canceled_amount, r.is_reconciled
    from reporting.payout_run_reconciliation as r
    where r.run_id = (select x.run_id from run as x)
    $$,
    $$
    values (
        4, 3840::numeric, 4, 4::bigint, 3840::numeric, 4::bigint, 960::numeric, 960::numeric,
        1920::numeric, 0::numeric, true
    )
    $$,
    'payout_run_reconciliation has each run beside what it has written'
);
reset role;

-- The rest of the chart: disputes, refunds that failed, fees alone, corrections
select is(
    string_agg(distinct pg_temp.send(e.id, e.type, e.at, e.amount, e.change), ' '),
    'processed', 'disputes and more'
)
from (
    values
    (
        'x_1', 'charge_succeeded', pg_temp.at(30), 10000,
        '{"restaurant_id": "life", "fee": 300, "payment_id": "pay_1"}'::jsonb
    ),
    (
        'x_2', 'dispute_opened', pg_temp.at(29), 4000,
        '{"restaurant_id": "life", "fee": 1500, "payment_id": "pay_1", "dispute_id": "d_1"}'
    ),
    (
        'x_3', 'dispute_won', pg_temp.at(28), 4000,
        '{"restaurant_id": "life", "dispute_id": "d_1"}'
    ),
    (
        'x_4', 'refund_succeeded', pg_temp.at(27), 2000,
        '{"restaurant_id": "life", "payment_id": "pay_1", "refund_id": "r_1"}'
    ),
    (
        'x_5', 'refund_failed', pg_temp.at(26), 2000,
        '{"restaurant_id": "life", "refund_id": "r_1"}'
    ),
    ('x_6', 'fee_charged', pg_temp.at(25), 40, '{"restaurant_id": "life"}'),
    ('x_7', 'fee_refunded', pg_temp.at(25), 15, '{"restaurant_id": "life"}'),
    ('x_8', 'charge_succeeded', pg_temp.at(24), 70, '{"restaurant_id": "life", "fee": 7}')
) as e (id, type, at, amount, change);
select is(
    (
        select string_agg(a.status, ' ')
        from (
            select x.status
            from post_adjustment('life', 'PEN', -100, 'a test', 'adj_1', 'ana') as x
            union all
            select x.status
            from reverse_event('x_8', 'a mistake', 'rev_1') as x
        ) as a
    ),
    'processed processed', 'and people''s corrections'
);
set local role cuenta_reader;
select results_eq(
    $$
    select d.business_day, d.gross, d.fees, d.refunds, d.disputes, d.net, d.charge_count,
    d.refund_count
    from reporting.daily_sales as d
    where d.restaurant_id = 'life' and d.business_day <= pg_temp.day(24)
    order by d.business_day
    $$,
    $$
    values
    (
        pg_temp.day(30), 10000::numeric, 300::numeric, 0::numeric, 0::numeric, 9700::numeric,
        1::bigint, 0::bigint
    ),
    (pg_temp.day(29), 0, 1500, 0, 4000, -5500, 0, 0),
    (pg_temp.day(28), 0, 0, 0, -4000, 4000, 0, 0),
    (pg_temp.day(27), 0, 0, 2000, 0, -2000, 0, 1),
    (pg_temp.day(26), 0, 0, -2000, 0, 2000, 0, 0),
    (pg_temp.day(25), 0, 25, 0, 0, -25, 0, 0),
    (pg_temp.day(24), 70, 7, 0, 0, 63, 1, 0)
    $$,
    'daily_sales has disputes, refunds that failed and fees that move alone'
);
select results_eq(
    $$
    select sum(d.gross), sum(d.fees), sum(d.refunds), sum(d.disputes), sum(d.net),
    sum(d.charge_count)
    from reporting.daily_sales as d
    where d.restaurant_id = 'life'
    $$,
    $$
    values (10000::numeric, 1825::numeric, 0::numeric, 0::numeric, 8175::numeric, 1::numeric)
    $$,
    'what was reversed is taken off again; adjustments are no sales'
);
select results_eq(
    $$
    select sum(f.charged), sum(f.returned), sum(f.net)
    from reporting.processor_fees as f
    where f.restaurant_id = 'life'
    $$,
    $$values (1847::numeric, 22::numeric, 1825::numeric)$$,
    'processor_fees has all that moved that account'
);
select results_eq(
    $$
    select t.account collate "default", t.owner, t.balance
    from reporting.trial_balance as t
    where t.currency = 'PEN' and t.owner = 'platform' and t.account <> 'processor_clearing'
    order by t.account collate "C"
    $$,
    $$
    values
    ('platform_adjustments', 'platform', -100::numeric),
    ('processor_fees', 'platform', 2165)
    $$,
    'trial_balance has the platform''s own accounts'
);
reset role;

select * from finish();
rollback;
