-- api.get_payment, reporting.payments: what became of a payment.
begin;
select plan(31);

create function pg_temp.send(
    p_id text, p_type text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', p_type, 'occurred_at', '2025-12-30T10:00:00Z',
        'restaurant_id', 'res_001', 'currency', 'PEN', 'amount', p_amount,
        'payment_id', 'pay_' || left(p_id, 1)
    ) || p_change
) as a
$$;
-- What a payment's sums are.
create function pg_temp.sums(p_payment_id text) returns text
language sql stable
as $$
select format(
    '%s: %s charged, %s refunded, %s disputed (%s held), %s reversed, %s left, fee %s',
    p.state, p.charged, p.refunded, p.disputed, p.held, p.reversed, p.refundable, p.fee
)
from api.get_payment(p_payment_id) as p
$$;

select lives_ok(
    'select set_restaurant(''res_001'', p_settlement_delay_days => 2)', 'money comes after two days'
);
select is(
    pg_temp.send(
        'a1', 'charge_succeeded', 10000,
        '{"fee": 300, "metadata": {"reservation_id": "rsv_1"}}'
    ),
    'processed', 'a payment'
);

-- Readers
set local role cuenta_reader;
select results_eq(
    $$
    select p.payment_id collate "default", p.restaurant_id collate "default",
    p.provider collate "default", p.currency collate "default", p.reservation_id,
    p.event_id collate "default", p.business_day, p.available_on, p.settlement_day, p.payout_id,
    p.occurred_at, p.recorded_at is not null
    from api.get_payment('pay_a') as p
    $$,
    $$
    values (
        'pay_a', 'res_001', 'default', 'PEN', 'rsv_1', 'a1', '2025-12-30'::date,
        '2026-01-01'::date, '2026-01-01'::date, null::text,
        '2025-12-30T10:00:00Z'::timestamptz, true
    )
    $$,
    'says whose it is, the reservation, the first event, and from which day its money counts'
);
select is(
    pg_temp.sums('pay_a'),
    'CHARGED: 10000 charged, 0 refunded, 0 disputed (0 held), 0 reversed, 10000 left, fee 300',
    'at first all of it is refundable'
);
reset role;

-- What follows
select is(
    pg_temp.send(e.id, e.type, e.amount, e.change), 'processed', format('%s of %s', e.type, e.amount)
)
from (
    values
    ('a2', 'refund_succeeded', 2500::bigint, '{"refund_id": "re_1"}'::jsonb),
    ('a3', 'refund_succeeded', 1000, '{"refund_id": "re_2"}'),
    ('a4', 'refund_failed', 1000, '{"refund_id": "re_2"}'),
    ('a5', 'fee_charged', 20, '{}'),
    ('a6', 'fee_refunded', 5, '{}'),
    ('a7', 'dispute_opened', 4000, '{"dispute_id": "dp_1", "fee": 150}')
) as e (id, type, amount, change);
select is(
    pg_temp.sums('pay_a'),
    'DISPUTED: 10000 charged, 2500 refunded, 4000 disputed (4000 held), 0 reversed, 3500 left, fee 465',
    'refunds that failed, fees alone and back, and an open dispute count'
);
select is(pg_temp.send('a8', 'dispute_lost', 4000, '{"dispute_id": "dp_1"}'), 'processed', 'lost');
select is(
    pg_temp.sums('pay_a'),
    'LOST: 10000 charged, 2500 refunded, 4000 disputed (0 held), 0 reversed, 3500 left, fee 465',
    'a lost dispute holds nothing and gives nothing back'
);
select is(pg_temp.send('a9', 'dispute_won', 4000, '{"dispute_id": "dp_1"}'), 'processed', 'reinstated');
select is(
    pg_temp.sums('pay_a'),
    'PARTLY_REFUNDED: 10000 charged, 2500 refunded, 0 disputed (0 held), 0 reversed, 7500 left, '
    'fee 465',
    'one that was won after all gives all of it back'
);
select is(
    (
        select string_agg(
            concat_ws(
                ' ', e.one ->> 'event_id', e.one ->> 'subject_id',
                e.one #>> '{entries,0,entry_type}', e.one #>> '{entries,1,amount}'
            ),
            ', ' order by e.no
        )
        from api.get_payment('pay_a') as p
        cross join lateral jsonb_array_elements(p.events) with ordinality as e (one, no)
    ),
    'a1 CHARGE 300, a2 re_1 REFUND, a3 re_2 REFUND, a4 re_2 REFUND_FAILURE, a5 FEE, a6 FEE_REFUND, '
    'a7 dp_1 DISPUTE 150, a8 dp_1 DISPUTE_LOST, a9 dp_1 DISPUTE_REINSTATED',
    'tells everything that was told of it, and what each posted'
);
select is(pg_temp.send('a10', 'refund_succeeded', 7500), 'processed', 'the rest');
select matches(
    pg_temp.sums('pay_a'), '^REFUNDED: .* 10000 refunded, .* 0 left,', 'all refunded'
);
select is(pg_temp.send('b1', 'charge_succeeded', 500, '{"fee": 10}'), 'processed', 'a mistake');
select lives_ok(
    'select api.reverse_event(''b1'', ''typed twice'', ''ref_1'')', 'which is taken back'
);
select is(
    pg_temp.sums('pay_b'),
    'REVERSED: 500 charged, 0 refunded, 0 disputed (0 held), 500 reversed, 0 left, fee 0',
    'a charge that was taken back is not refundable any more'
);

-- A dispute of what was refunded happened all the same, and a person says so
select is(
    pg_temp.send('a11', 'dispute_opened', 300, '{"dispute_id": "dp_2"}'),
    'rejected AMOUNT_EXCEEDS_PAYMENT', 'nothing is left to dispute (AMOUNT_EXCEEDS_PAYMENT)'
);
select is(
    (
        select a.status
        from api.accept_event('a11', p_reason => 'the bank took it', p_actor => 'ana') as a
    ),
    'processed', 'a person accepts it'
);
select is(
    pg_temp.sums('pay_a'),
    'DISPUTED: 10000 charged, 10000 refunded, 300 disputed (300 held), 0 reversed, 0 left, fee 465',
    'what was accepted counts, and what is left is not less than nothing'
);
select is(
    (select p.events -> -1 -> 'accepted' from get_payment('pay_a') as p),
    '{"code": "AMOUNT_EXCEEDS_PAYMENT", "actor": "ana", "reason": "the bank took it"}'::jsonb,
    'who accepted it and why is shown with it'
);
select is_empty(
    $$
    select f.check_name
    from reporting.integrity_findings as f
    where f.check_name in ('payment_overdrawn', 'acceptance_without_refusal')
    $$,
    'and it is no finding'
);

-- Which one
set local role cuenta_app;
select throws_ok(
    'select get_payment(null)', 'LBARG', 'payment_id is missing', 'asks for its id (LBARG)'
);
select throws_ok(
    'select get_payment(''pay_x'')', 'LNPMT', 'payment ''pay_x'' is not known',
    'raises for one that is not there (LNPMT)'
);
reset role;
select is(
    pg_temp.send('a_2', 'charge_succeeded', 7, '{"restaurant_id": "res_002", "provider": "other"}'),
    'processed', 'another restaurant''s processor calls one so, too'
);
select throws_ok(
    'select get_payment(''pay_a'')', 'LBPMT', 'payment ''pay_a'' is not the only one that is called so',
    'then it must be said which (LBPMT)'
);
select results_eq(
    $$
    select p.charged
    from (values ('res_002', null), (null, 'default')) as w (restaurant_id, provider)
    cross join lateral get_payment('pay_a', w.restaurant_id, w.provider) as p
    order by p.charged
    $$,
    $$values (7::bigint), (10000)$$,
    'by the restaurant or by the processor'
);

select * from finish();
rollback;
