-- The views of schema reporting, with figures.
begin;
select plan(30);

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

-- Nothing yet
select is_empty(
    format('select * from reporting.%I', v.name), format('%s is empty at first', v.name)
)
from (
    values
    ('daily_sales'), ('integrity_findings'), ('ledger_postings'), ('payout_eligibility'),
    ('payout_items'),
    ('payouts'), ('restaurant_balances'), ('trial_balance')
) as v (name);

-- A story: res_001 sells until 3 a.m., is paid, and sells again; res_002 waits for its money
select is(
    (select s.day_close_hour from set_restaurant('res_001', p_day_close_hour => 3) as s),
    3::smallint, 'res_001 closes at 3'
);
select is(
    (
        select s.settlement_delay_days
        from set_restaurant('res_002', p_settlement_delay_days => 60) as s
    ),
    60::smallint,
    'res_002 waits 60 days'
);
select is(
    string_agg(pg_temp.send(e.id, e.type, e.at, e.amount, e.change), ' ' order by e.id),
    'processed processed processed processed processed',
    'charges and refunds'
)
from (
    values
    ('v_1', 'charge_succeeded', '2025-12-10T20:00:00-05:00', 10000, '{"fee": 500}'::jsonb),
    ('v_2', 'charge_succeeded', '2025-12-11T02:59:00-05:00', 4000, '{"fee": 200}'),
    ('v_3', 'refund_succeeded', '2025-12-11T12:00:00-05:00', 3000, '{}'),
    ('v_4', 'charge_succeeded', '2025-12-11T12:00:00-05:00', 900, '{"currency": "USD"}'),
    (
        'v_5', 'charge_succeeded', to_jsonb(now()) #>> '{}', 7000,
        '{"restaurant_id": "res_002", "fee": 70}'
    )
) as e (id, type, at, amount, change);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-11') as r), 10300::bigint, 'a payout'
);
select is(
    pg_temp.send(
        'v_6', 'payout_paid', '2025-12-12T09:00:00-05:00', 10300,
        jsonb_build_object('payout_id', (select p.payout_id from reporting.payouts as p))
    ),
    'processed', 'is paid'
);
select is(
    pg_temp.send('v_7', 'charge_succeeded', '2025-12-12T12:00:00-05:00', 250), 'processed',
    'and another charge'
);

-- A reader
set local role cuenta_reader;
select results_eq(
    $$
    select p.entry_seq, p.entry_type collate "default", p.side, p.account collate "default",
    p.amount, p.event_id collate "default",
    p.payout_id is not null
    from reporting.ledger_postings as p
    where p.restaurant_id = 'res_001' and p.currency = 'PEN' and p.entry_seq in (1, 2, 5, 6, 7)
    order by p.entry_seq, p.side desc
    $$,
    $$
    values
    (1::bigint, 'CHARGE', 'debit', 'processor_clearing', 10000::bigint, 'v_1', false),
    (1, 'CHARGE', 'credit', 'restaurant_available', 10000, 'v_1', false),
    (2, 'FEE', 'debit', 'restaurant_available', 500, 'v_1', false),
    (2, 'FEE', 'credit', 'processor_fees', 500, 'v_1', false),
    (5, 'REFUND', 'debit', 'restaurant_available', 3000, 'v_3', false),
    (5, 'REFUND', 'credit', 'processor_clearing', 3000, 'v_3', false),
    (6, 'PAYOUT_RESERVE', 'debit', 'restaurant_available', 10300, null, true),
    (6, 'PAYOUT_RESERVE', 'credit', 'restaurant_reserved', 10300, null, true),
    (7, 'PAYOUT_RELEASE', 'debit', 'restaurant_reserved', 10300, 'v_6', true),
    (7, 'PAYOUT_RELEASE', 'credit', 'processor_clearing', 10300, 'v_6', true)
    $$,
    'ledger_postings shows each entry as its two legs'
);
select is_empty(
    $$
    select p.restaurant_id, p.currency, p.entry_seq
    from reporting.ledger_postings as p
    group by p.restaurant_id, p.currency, p.entry_seq
    having
        count(*) <> 2
        or sum(p.amount) filter (where p.side = 'debit') <> sum(p.amount) filter (
            where p.side = 'credit'
        )
    $$,
    'and both legs are equal'
);
select results_eq(
    $$
    select t.account collate "default", t.debit, t.credit, t.balance
    from reporting.trial_balance as t
    where t.currency = 'PEN'
    order by t.account collate "C"
    $$,
    $$
    values
    ('processor_clearing', 21250::numeric, 13300::numeric, 7950::numeric),
    ('processor_fees', 0, 770, 770),
    ('restaurant_available', 14070, 21250, 7180),
    ('restaurant_reserved', 10300, 10300, 0)
    $$,
    'trial_balance sums every account, on its normal side'
);
select is_empty(
    $$
    select t.currency
    from reporting.trial_balance as t
    group by t.currency
    having sum(t.debit) <> sum(t.credit)
    $$,
    'debits equal credits in each currency'
);
select results_eq(
    $$
    select b.restaurant_id collate "default", b.currency collate "default", b.available,
    b.pending, b.reserved, b.held, b.total
    from reporting.restaurant_balances as b
    order by b.restaurant_id collate "C", b.currency collate "C"
    $$,
    $$
    values
    ('res_001', 'PEN', 250::numeric, 0::numeric, 0::bigint, 0::bigint, 250::numeric),
    ('res_001', 'USD', 900, 0, 0, 0, 900),
    ('res_002', 'PEN', 0, 6930, 0, 0, 6930)
    $$,
    'restaurant_balances has what is available, pending, reserved and held'
);
reset role;
select results_eq(
    $$
    select b.restaurant_id collate "default", b.currency collate "default", b.available,
    b.pending, b.reserved, b.held, b.total,
    b.last_event_at
    from reporting.restaurant_balances as b
    order by b.restaurant_id collate "C", b.currency collate "C"
    $$,
    $$
    select
        g.restaurant_id, g.currency, g.available::numeric, g.pending::numeric, g.reserved, g.held,
        g.total::numeric, g.last_event_at
    from (
        values ('res_001', 'PEN'), ('res_001', 'USD'), ('res_002', 'PEN')
    ) as k (restaurant_id, currency)
    cross join lateral get_balance(k.restaurant_id, k.currency) as g
    order by g.restaurant_id collate "C", g.currency collate "C"
    $$,
    'they are the figures of get_balance'
);
set local role cuenta_reader;
select results_eq(
    $$
    select p.restaurant_id collate "default", p.currency collate "default", p.as_of, p.amount,
    p.status collate "default", p.paid_at, p.failed_at,
    p.failure_reason
    from reporting.payouts as p
    $$,
    $$
    values (
        'res_001', 'PEN', '2025-12-11'::date, 10300::bigint, 'PAID',
        '2025-12-12T09:00:00-05:00'::timestamptz,
        null::timestamptz, null::text
    )
    $$,
    'payouts shows what became of them'
);
select results_eq(
    $$
    select i.restaurant_id collate "default", i.currency collate "default", i.as_of,
    i.item_type collate "default", i.amount, i.entry_count
    from reporting.payout_items as i
    order by i.item_type collate "C"
    $$,
    $$
    values
    ('res_001', 'PEN', '2025-12-11'::date, 'fees', -700::bigint, 2::bigint),
    ('res_001', 'PEN', '2025-12-11', 'gross_sales', 14000, 2),
    ('res_001', 'PEN', '2025-12-11', 'refunds', -3000, 1)
    $$,
    'payout_items shows what they consist of'
);
select results_eq(
    $$
    select d.currency collate "default", d.business_day, d.gross, d.fees, d.refunds, d.net,
    d.charge_count,
    d.refund_count
    from reporting.daily_sales as d
    where d.restaurant_id = 'res_001'
    order by d.currency collate "C", d.business_day
    $$,
    $$
    values
    (
        'PEN', '2025-12-10'::date, 14000::numeric, 700::numeric, 0::numeric, 13300::numeric,
        2::bigint, 0::bigint
    ),
    ('PEN', '2025-12-11', 0, 0, 3000, -3000, 0, 1),
    ('PEN', '2025-12-12', 250, 0, 0, 250, 1, 0),
    ('USD', '2025-12-11', 900, 0, 0, 900, 1, 0)
    $$,
    'daily_sales books the night to the evening; payouts are no sales'
);
reset role;
select results_eq(
    $$
    select e.restaurant_id collate "default", e.currency collate "default", e.as_of,
    e.payable_amount, e.why_not
    from reporting.payout_eligibility as e
    order by e.restaurant_id collate "C", e.currency collate "C"
    $$,
    $$
    values
    (
        'res_001', 'PEN', ledger.business_day(now(), 'America/Lima', 3::smallint),
        250::numeric, null::text
    ),
    ('res_001', 'USD', ledger.business_day(now(), 'America/Lima', 3::smallint), 900, null),
    (
        'res_002', 'PEN', ledger.business_day(now(), 'America/Lima', 0::smallint),
        0, 'nothing_to_pay'
    )
    $$,
    'payout_eligibility says who could be paid today, and why not'
);
select is(
    (
        select sum(e.payable_amount)
        from reporting.payout_eligibility as e
        where e.why_not is null and e.currency = 'PEN'
    ),
    (
        select r.payouts_amount
        from run_payouts(
            'PEN', ledger.business_day(now(), 'America/Lima', 3::smallint), 1, true
        ) as r
    )::numeric,
    'as a dry run for that day does'
);
select is(
    (
        select r.payouts_created
        from run_payouts('PEN', ledger.business_day(now(), 'America/Lima', 3::smallint)) as r
    ),
    1, 'it is paid'
);
select is(
    (select s.payouts_paused from set_restaurant('res_002', p_payouts_paused => true) as s),
    true, 'the other is paused'
);
select results_eq(
    $$
    select e.restaurant_id collate "default", e.why_not
    from reporting.payout_eligibility as e
    where e.currency = 'PEN'
    order by e.restaurant_id collate "C"
    $$,
    $$values ('res_001', 'already_paid'), ('res_002', 'payouts_paused')$$,
    'then it says already_paid and payouts_paused'
);
select results_eq(
    $$
    select c.check_name from reporting.integrity_checks as c
    except
    select c.check_name from check_integrity() as c
    $$,
    $$select '' where false$$,
    'integrity_checks names the checks of check_integrity'
);
select is_empty(
    'select * from reporting.integrity_findings', 'integrity_findings is empty on a sound ledger'
);

select * from finish();
rollback;
