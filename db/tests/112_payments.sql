-- Payments: what names one is held against it, and told twice it is posted once.
begin;
select plan(95);

-- An event of one minute; answered by status, code and number of entries.
create function pg_temp.tell(
    p_event_id text, p_event_type text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, a.entries)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_event_id, 'event_type', p_event_type, 'amount', p_amount,
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'res_001', 'currency', 'PEN'
    ) || p_change
) as a
$$;
-- The details of the same.
create function pg_temp.details(
    p_event_id text, p_event_type text, p_amount bigint, p_change jsonb default '{}'
)
returns jsonb
language sql
as $$
select a.details
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_event_id, 'event_type', p_event_type, 'amount', p_amount,
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', 'res_001', 'currency', 'PEN'
    ) || p_change
) as a
$$;
create function pg_temp.money(p_restaurant_id text default 'res_001') returns text
language sql
as $$
select format('%s %s %s', b.available, b.reserved, b.held)
from api.get_balance(p_restaurant_id, 'PEN') as b
$$;

create function pg_temp.refund(
    p_event_id text, p_event_type text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select pg_temp.tell(
    p_event_id, p_event_type, p_amount,
    '{"restaurant_id": "res_003", "payment_id": "pay_20", "refund_id": "re_1"}' || p_change
)
$$;

set local role cuenta_app;

-- The service: a payment is charged once
select is(
    pg_temp.tell('c_1', 'charge_succeeded', 10000, '{"payment_id": "pay_1", "fee": 300}'),
    'processed 2', 'a charge that names its payment is posted'
);
select is(
    pg_temp.tell('c_1', 'charge_succeeded', 10000, '{"payment_id": "pay_1", "fee": 300}'),
    'already_processed 2', 'and known when it is told again'
);
select is(
    pg_temp.tell(
        'c_2', 'charge_succeeded', 10000,
        '{"metadata": {"payment_id": "pay_1"}, "fee": 300, "occurred_at": "2025-12-30T11:00:00Z"}'
    ),
    'already_processed 2',
    'under another id, too: what it tells counts, not its clock nor where it names the payment'
);
select is(
    pg_temp.details('c_2', 'charge_succeeded', 10000, '{"payment_id": "pay_1", "fee": 300}'),
    '{"event_id": "c_1"}', 'the answer names the first'
);
select is(
    pg_temp.tell('c_3', 'charge_succeeded', c.amount, '{"payment_id": "pay_1", "fee": 300}' || c.change),
    'conflict SUBJECT_REUSED 0', format('another %s is a conflict (SUBJECT_REUSED)', c.field)
)
from (
    values
    (10001, '{}'::jsonb, 'amount'), (10000, '{"fee": 301}', 'fee'), (10000, '{"fee": 0}', 'fee left out'),
    (10000, '{"currency": "USD"}', 'currency')
) as c (amount, change, field);
select is(
    pg_temp.details('c_3', 'charge_succeeded', 1, '{"payment_id": "pay_1", "currency": "USD"}'),
    '{"event_id": "c_1", "fields": ["amount", "currency", "fee"]}',
    'which names the first event and every field that differs'
);
select is(
    pg_temp.tell('c_1', 'charge_succeeded', 10000, '{"payment_id": "pay_2", "fee": 300}'),
    'conflict EVENT_ID_REUSED 0', 'a known id with another payment is a conflict (EVENT_ID_REUSED)'
);
select is(pg_temp.money(), '9700 0 0', 'all that was one charge');
select is(
    pg_temp.tell('c_4', 'charge_succeeded', 100, '{"payment_id": "pay_1"}' || c.change),
    'processed 1', format('the payment of another %s is another', c.what)
)
from (
    values ('{"provider": "other"}'::jsonb, 'provider'), ('{"restaurant_id": "res_002"}', 'restaurant')
) as c (change, what);
select is(
    pg_temp.tell(
        'c_6', 'charge_succeeded', 1,
        '{"restaurant_id": "res_002", "payment_id": "pay_top", "metadata": {"payment_id": "pay_1"}}'
    ),
    'processed 1', 'the payment named at the top wins over the one in metadata'
);
select is(
    pg_temp.tell('c_7', 'charge_succeeded', 1, '{"restaurant_id": "res_002", "payment_id": "pay_top"}'),
    'already_processed 1', 'so that it is known by that name'
);
select is(
    pg_temp.tell(
        e.event_id, 'charge_succeeded', 1,
        '{"restaurant_id": "res_002", "payment_id": null, "metadata": {"payment_id": null}}'
    ),
    'processed 1', 'null is no payment: ' || e.event_id
)
from (values ('c_8'), ('c_9')) as e (event_id);

-- The service: refunds never exceed the charge
select is(
    pg_temp.tell(r.event_id, 'refund_succeeded', r.amount, '{"payment_id": "pay_1"}'), r.answer,
    format('of 10000, a refund of %s is %s', r.amount, r.answer)
)
from (
    values
    ('r_1', 6000, 'processed 1'), ('r_2', 4001, 'rejected AMOUNT_EXCEEDS_PAYMENT 0'),
    ('r_2', 4000, 'processed 1'), ('r_3', 1, 'rejected AMOUNT_EXCEEDS_PAYMENT 0')
) as r (event_id, amount, answer);
select is(
    pg_temp.details('r_3', 'refund_succeeded', 1, '{"payment_id": "pay_1"}'),
    '{"field": "amount", "left": 0, "payment_id": "pay_1"}', 'the answer says what is left'
);
select is(pg_temp.money(), '-200 0 0', 'the fee is kept: a debt, but for the other provider''s 100');
select is(
    pg_temp.tell('r_4', 'refund_succeeded', 1, '{"payment_id": "pay_1", "currency": "USD"}'),
    'rejected PAYMENT_MISMATCH 0', 'a refund in another currency is refused (PAYMENT_MISMATCH)'
);
select is(
    pg_temp.details('r_4', 'refund_succeeded', 1, '{"payment_id": "pay_1", "currency": "USD"}'),
    '{"field": "payment_id", "fields": ["currency"], "payment_id": "pay_1",
    "payment_currency": "PEN"}',
    'by the name of the payment''s own'
);
select is(
    pg_temp.tell('r_5', 'refund_succeeded', 10000), 'processed 1',
    'a refund that names no payment is held against none'
);
select is(
    pg_temp.tell('c_10', 'charge_succeeded', 9900), 'processed 1', 'a charge without a payment'
);
select is(
    pg_temp.tell('c_11', 'charge_succeeded', 5000, '{"fee": 150, "payment_id": "pay_3"}'),
    'processed 2', 'a charge of 5000 after the full refund'
);
select results_eq(
    'select r.payouts_created, r.payouts_amount::bigint from run_payouts(''PEN'', ''2025-12-30'',
    p_restaurant_ids => array[''res_001'']) as r',
    'values (1, 4550::bigint)', 'the next run pays what the old debt leaves of it'
);
reset role;
select results_eq(
    $$
    select i.item_type collate "default", i.amount::bigint
    from reporting.payout_items as i
    where i.restaurant_id = 'res_001'
    order by i.item_type
    $$,
    $$values ('fees', -450::bigint), ('gross_sales', 25000), ('refunds', -20000)$$,
    'with its items'
);

-- The service: a refund is posted once, and may fail
set local role cuenta_app;
select is(
    pg_temp.tell(
        'c_20', 'charge_succeeded', 1000, '{"restaurant_id": "res_003", "payment_id": "pay_20"}'
    ),
    'processed 1', 'a charge at another restaurant'
);
select is(pg_temp.refund(r.event_id, r.type, r.amount, r.change::jsonb), r.answer, r.what)
from (
    values
    ('r_20', 'refund_succeeded', 400, '{}', 'processed 1', 'a refund with a name'),
    (
        'r_21', 'refund_succeeded', 400, '{"occurred_at": "2025-12-30T12:00:00Z"}',
        'already_processed 1', 'told under another id it is known'
    ),
    (
        'r_21m', 'refund_succeeded', 400,
        '{"refund_id": null, "metadata": {"refund_id": "re_1", "dispute_id": "x"}}',
        'already_processed 1', 'its name may stand in metadata'
    ),
    (
        'r_22', 'refund_succeeded', 401, '{}', 'conflict SUBJECT_REUSED 0',
        'with another amount it is a conflict (SUBJECT_REUSED)'
    ),
    (
        'r_23', 'refund_succeeded', 400, '{"payment_id": null}', 'conflict SUBJECT_REUSED 0',
        'and of no payment (SUBJECT_REUSED)'
    ),
    (
        'r_24', 'refund_succeeded', 600, '{"refund_id": "re_2"}', 'processed 1',
        'another refund is another'
    ),
    (
        'f_1', 'refund_failed', 399, '{}', 'rejected SUBJECT_MISMATCH 0',
        'a failure of another amount is refused (SUBJECT_MISMATCH)'
    ),
    (
        'f_1', 'refund_failed', 400, '{"currency": "USD"}', 'rejected SUBJECT_MISMATCH 0',
        'and in another currency (SUBJECT_MISMATCH)'
    ),
    (
        'f_1', 'refund_failed', 400, '{"payment_id": "pay_x"}', 'rejected SUBJECT_MISMATCH 0',
        'and of another payment (SUBJECT_MISMATCH)'
    ),
    (
        'f_1', 'refund_failed', 400, '{"refund_id": null}', 'rejected FIELD_MISSING 0',
        'and of no refund (FIELD_MISSING)'
    ),
    (
        'f_1', 'refund_failed', 400, '{"payment_id": null}', 'processed 1',
        'a refund that failed brings its money back; it need not name the payment'
    ),
    (
        'f_2', 'refund_failed', 400, '{"occurred_at": "2025-12-31T12:00:00Z"}',
        'processed NO_EFFECT 0', 'once (NO_EFFECT)'
    ),
    (
        'f_3', 'refund_failed', 400, '{"fee": 1}', 'rejected FEE_NOT_ALLOWED 0',
        'and takes no fee (FEE_NOT_ALLOWED)'
    ),
    (
        'r_25', 'refund_succeeded', 401, '{"refund_id": "re_3"}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0', 'what can be refunded is what failed, not more'
    ),
    (
        'r_25', 'refund_succeeded', 400, '{"refund_id": "re_3"}', 'processed 1',
        'what failed can be refunded again'
    )
) as r (event_id, type, amount, change, answer, what);
select is(pg_temp.money('res_003'), '0 0 0', 'which ends where it should');

-- The service: fees that move alone
select is(
    pg_temp.tell(r.event_id, r.type, r.amount, '{"restaurant_id": "res_004"}' || r.change::jsonb),
    r.answer, r.what
)
from (
    values
    ('c_30', 'charge_succeeded', 1000, '{"payment_id": "pay_30", "fee": 30}', 'processed 2', 'a charge'),
    ('e_1', 'fee_charged', 7, '{}', 'processed 1', 'a fee alone'),
    ('e_2', 'fee_charged', 5, '{"payment_id": "pay_30"}', 'processed 1', 'a fee of a payment'),
    ('e_3', 'fee_refunded', 30, '{"payment_id": "pay_30"}', 'processed 1', 'its fee given back'),
    ('e_4', 'fee_refunded', 2, '{}', 'processed 1', 'a fee given back alone'),
    (
        'e_5', 'fee_charged', 5, '{"fee": 1}', 'rejected FEE_NOT_ALLOWED 0',
        'the fee is the amount, there is no second (FEE_NOT_ALLOWED)'
    ),
    (
        'e_6', 'fee_charged', 5, '{"payment_id": "pay_30", "currency": "USD"}',
        'rejected PAYMENT_MISMATCH 0', 'in the currency of its payment (PAYMENT_MISMATCH)'
    ),
    (
        'r_30', 'refund_succeeded', 1000, '{"payment_id": "pay_30"}', 'processed 1',
        'fees take nothing from what can be refunded'
    )
) as r (event_id, type, amount, change, answer, what);
select is(pg_temp.money('res_004'), '-10 0 0', 'what is left are the fees');

-- The service: what may be named besides
select is(
    pg_temp.tell('v_1', 'charge_succeeded', 1, c.change::jsonb), format('rejected %s 0', c.code),
    format('rejects %s (%s)', c.change, c.code)
)
from (
    values
    ('{"payment_id": ""}', 'PAYMENT_ID_INVALID'), ('{"payment_id": 7}', 'PAYMENT_ID_INVALID'),
    ('{"payment_id": "a b"}', 'PAYMENT_ID_INVALID'),
    ('{"payment_id": ["pay_1"]}', 'PAYMENT_ID_INVALID'),
    ('{"payment_id": "a\"b"}', 'PAYMENT_ID_INVALID'),
    ('{"metadata": {"payment_id": 7}}', 'PAYMENT_ID_INVALID'),
    ('{"event_type": "refund_succeeded", "refund_id": {}}', 'REFUND_ID_INVALID'),
    (
        '{"event_type": "refund_succeeded", "metadata": {"refund_id": "a b"}}',
        'REFUND_ID_INVALID'
    ),
    ('{"event_type": "dispute_opened", "dispute_id": true}', 'DISPUTE_ID_INVALID'),
    (
        '{"event_type": "dispute_lost", "metadata": {"dispute_id": ""}}',
        'DISPUTE_ID_INVALID'
    ),
    ('{"available_on": 20260101}', 'AVAILABLE_ON_INVALID'),
    ('{"available_on": "2026-01-01T00:00:00Z"}', 'AVAILABLE_ON_INVALID'),
    ('{"available_on": "2026-02-29"}', 'AVAILABLE_ON_INVALID'),
    ('{"available_on": "2026-13-01"}', 'AVAILABLE_ON_INVALID'),
    ('{"available_on": "2027-01-01"}', 'AVAILABLE_ON_INVALID'),
    ('{"livemode": "false"}', 'LIVEMODE_INVALID'), ('{"livemode": 0}', 'LIVEMODE_INVALID'),
    ('{"livemode": false}', 'TEST_EVENT')
) as c (change, code);
select is(
    pg_temp.tell(c.id, 'charge_succeeded', 1, c.change::jsonb), 'processed 1',
    format('takes %s: the top wins, and what its type has no use for is the sender''s own', c.change)
)
from (
    values
    ('w_1', '{"payment_id": "w_ok", "metadata": {"payment_id": 7}}'),
    ('w_2', '{"metadata": {"refund_id": 5, "dispute_id": "a b"}}'),
    ('w_3', '{"refund_id": "", "metadata": {"payment_id": null}}')
) as c (id, change);
select is(
    pg_temp.tell('v_2', 'charge_succeeded', 1, jsonb_build_object('payment_id', repeat('p', 129))),
    'rejected PAYMENT_ID_INVALID 0', 'a payment''s id has at most 128 characters (PAYMENT_ID_INVALID)'
);
select is(
    pg_temp.tell('v_3', 'charge_succeeded', 1, jsonb_build_object('payment_id', repeat('p', 128))),
    'processed 1', 'and may have 128'
);
select is(
    pg_temp.tell('v_4', 'charge_succeeded', 1, '{"livemode": true, "available_on": null}'),
    'processed 1', 'what is real is taken, and null is no day'
);
select is(
    pg_temp.tell(
        'v_5', 'charge_succeeded', 1000,
        jsonb_build_object(
            'restaurant_id', 'res_005', 'occurred_at', now(), 'fee', 100,
            'available_on', (now() + interval '10 days')::date
        )
    ),
    'processed 2', 'a charge may bring the day from which its money counts'
);
select results_eq(
    'select b.available::bigint, b.pending::bigint from get_balance(''res_005'', ''PEN'') as b',
    'values (0::bigint, 900::bigint)', 'until then it is pending'
);
select is(
    pg_temp.tell(
        'v_6', 'charge_succeeded', 5,
        '{"restaurant_id": "res_005", "available_on": "2025-12-01"}'
    ),
    'processed 1', 'a day before its own'
);
select is(pg_temp.money('res_005'), '5 0 0', 'is its own');
reset role;
select is(
    (
        select array_agg(l.available_on - l.business_day)
        from ledger.ledger_entries as l
        inner join ledger.processor_events as e
            on l.restaurant_id = e.restaurant_id and l.event_no = e.event_no
        where e.event_id = 'v_6'
    ),
    array[0], 'not the one before'
);
set local role cuenta_operator;
select is(
    (select s.takes_test_events from set_platform_settings(p_takes_test_events => true) as s), true,
    'the platform may take test events'
);
reset role;
set local role cuenta_app;
select is(
    pg_temp.tell('v_7', 'charge_succeeded', 5, '{"livemode": false, "restaurant_id": "res_test"}'),
    'processed 1', 'then it does'
);

-- The service: a closed restaurant
select is(
    (select s.closed from set_restaurant('res_003', p_closed => true) as s), true,
    'a restaurant closes'
);
select is(
    pg_temp.tell(r.event_id, r.type, r.amount, '{"restaurant_id": "res_003"}' || r.change::jsonb),
    r.answer, r.what
)
from (
    values
    (
        'z_1', 'charge_succeeded', 5, '{}', 'rejected RESTAURANT_CLOSED 0',
        'it takes no new charge (RESTAURANT_CLOSED)'
    ),
    (
        'z_1', 'charge_succeeded', 5, '{"payment_id": "pay_z"}', 'rejected RESTAURANT_CLOSED 0',
        'nor of a payment (RESTAURANT_CLOSED)'
    ),
    (
        'c_20', 'charge_succeeded', 1000, '{"payment_id": "pay_20"}', 'already_processed 1',
        'an old one is known as before'
    ),
    (
        'c_21', 'charge_succeeded', 1000, '{"payment_id": "pay_20"}', 'already_processed 1',
        'under another id, too'
    ),
    ('z_2', 'refund_succeeded', 5, '{}', 'processed 1', 'it gives money back'),
    ('z_3', 'fee_charged', 5, '{}', 'processed 1', 'and bears fees')
) as r (event_id, type, amount, change, answer, what);

reset role;
select is_empty(
    $$
    select f.check_name, f.finding
    from reporting.integrity_findings as f
    where f.severity = 'error'
    $$,
    'after all this the ledger is sound'
);

select * from finish();
rollback;
