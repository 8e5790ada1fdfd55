-- api.get_balance: what a restaurant owns in one currency, now.
begin;
select plan(26);

create function pg_temp.send(p_change jsonb) returns text
language sql
as $$
select a.status
from api.ingest_event(
    '{"event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'::jsonb || p_change
) as a
$$;

set local role cuenta_app;

-- The service: who is not known
select throws_ok(
    'select * from get_balance(''res_001'', ''PEN'')', 'LNRES',
    'restaurant ''res_001'' does not exist',
    'raises for a restaurant that is not known (LNRES)'
);
select throws_ok(
    'select * from get_balance('''', ''PEN'')', 'LNRES', 'restaurant '''' does not exist',
    'raises for an empty restaurant_id (LNRES)'
);
select throws_ok(
    'select * from get_balance(null, ''PEN'')', 'LBARG', 'restaurant_id is missing',
    'raises when the restaurant is not named (LBARG)'
);
select throws_ok(
    'select * from get_balance(''res_001'', null)', 'LBARG', 'currency is missing',
    'raises when the currency is not named (LBARG)'
);
select throws_ok(
    'select * from get_balance(''res_001'', ''ZZZ'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217',
    'raises for an unknown currency (LUCUR)'
);

-- The service: figures
select is(
    pg_temp.send('{"event_id": "evt_1"}'), 'processed', 'a charge of 120.00 with a fee of 6.00'
);
select results_eq(
    'select * from get_balance(''res_001'', ''PEN'')',
    $$
    values (
        'res_001', 'PEN', 11400::numeric, 0::numeric, 0::bigint, 0::bigint, 11400::numeric,
        '2025-12-30T10:00:00Z'::timestamptz
    )
    $$,
    'a charge less its fee is available at once without a delay'
);
select results_eq(
    'select b.currency, b.available::bigint from get_balance(''res_001'', ''pen'') as b',
    $$values ('PEN', 11400::bigint)$$,
    'a currency in small letters is folded'
);
select results_eq(
    'select * from get_balance(''res_001'', ''USD'')',
    $$
    values (
        'res_001', 'USD', 0::numeric, 0::numeric, 0::bigint, 0::bigint, 0::numeric, null::timestamptz
    )
    $$,
    'a currency in which nothing happened has zeros'
);
select is(
    pg_temp.send(
        '{"event_id": "evt_2", "occurred_at": "2025-12-29T10:00:00Z", "amount": 100, "fee": 0}'
    ),
    'processed', 'an older event that comes later'
);
select results_eq(
    'select b.available::bigint, b.last_event_at from get_balance(''res_001'', ''PEN'') as b',
    $$values (11500::bigint, '2025-12-30T10:00:00Z'::timestamptz)$$,
    'last_event_at is the latest moment, not the last to arrive'
);
select is(
    pg_temp.send(
        '{"event_id": "evt_3", "event_type": "refund_succeeded", "amount": 20000, "fee": 0}'
    ),
    'processed', 'a refund of more than there is'
);
select is(
    (select b.available::bigint from get_balance('res_001', 'PEN') as b), -8500::bigint,
    'available may be negative: a debt'
);
select is(
    pg_temp.send('{"event_id": "evt_4", "currency": "USD"}'), 'processed',
    'money in another currency'
);
select results_eq(
    $$
    select b.available::bigint, b.total::bigint from get_balance('res_001', 'PEN') as b
    union all
    select b.available::bigint, b.total::bigint from get_balance('res_001', 'USD') as b
    $$,
    'values (-8500::bigint, -8500::bigint), (11400, 11400)',
    'a debt is never netted across currencies'
);

-- The service: reserved
select is(
    (select r.payouts_amount::bigint from run_payouts('USD', '2025-12-30') as r), 11400::bigint, 'a payout'
);
select results_eq(
    $$
    select b.available::bigint, b.pending::bigint, b.reserved, b.held, b.total::bigint, b.last_event_at
    from get_balance('res_001', 'USD') as b
    $$,
    $$
    values (
        0::bigint, 0::bigint, 11400::bigint, 0::bigint, 11400::bigint,
        '2025-12-30T10:00:00Z'::timestamptz
    )
    $$,
    'money of a payout under way is reserved, and still the restaurant''s'
);

-- The service: pending. A restaurant whose money waits three days.
select is(
    (
        select s.settlement_delay_days
        from set_restaurant('res_slow', p_settlement_delay_days => 3) as s
    ),
    3::smallint, 'a restaurant with a delay of three days'
);
select is(
    pg_temp.send(
        jsonb_build_object(
            'event_id', 'slow_' || d.days, 'restaurant_id', 'res_slow',
            'occurred_at', now() - make_interval(days => d.days), 'amount', d.amount, 'fee', 10
        )
    ),
    'processed', format('a charge of %s days ago', d.days)
)
from (values (0, 1010), (2, 2010), (3, 4010)) as d (days, amount);
select results_eq(
    'select b.available::bigint, b.pending::bigint, b.total::bigint from get_balance(''res_slow'', ''PEN'') as b',
    'values (4000::bigint, 3000::bigint, 7000::bigint)',
    'what its delay has not passed is pending, fees included; what has passed today is available'
);
select is(
    pg_temp.send(
        jsonb_build_object(
            'event_id', 'evt_r', 'restaurant_id', 'res_slow', 'event_type', 'refund_succeeded',
            'occurred_at', now(), 'amount', 5000, 'fee', 0
        )
    ),
    'processed', 'a refund today'
);
select results_eq(
    'select b.available::bigint, b.pending::bigint, b.total::bigint from get_balance(''res_slow'', ''PEN'') as b',
    'values (-1000::bigint, 3000::bigint, 2000::bigint)',
    'a refund is taken at once, pending money does not pay it'
);

-- Others
reset role;
reset role;
insert into ledger.pending_days (amount, available_on, restaurant_id, currency)
values (20000000000000000000, '2999-01-01', 'res_slow', 'PEN');
select is(
    (select b.pending from get_balance('res_slow', 'PEN') as b), 20000000000000003000::numeric,
    'no sum makes it fail: 1,050 delayed charges of 2^53 - 1 and their refunds come to more than 2^63'
);
set local role cuenta_reader;
select lives_ok(
    'select * from api.get_balance(''res_001'', ''PEN'')', 'readers may, too'
);
reset role;

select * from finish();
rollback;
