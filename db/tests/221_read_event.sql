-- ledger.read_event and ledger.post_event, with the clock in hand.
begin;
select plan(20);

create function pg_temp.charge(p_change jsonb default '{}') returns jsonb
language sql immutable
return '{"event_id": "evt_1", "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "pen", "amount": 12000, "fee": 600}'::jsonb || p_change;

-- The owner: reading
select results_eq(
    $$
    select
        e.provider, e.event_id, e.event_type, e.restaurant_id, e.currency, e.amount, e.fee,
        e.occurred_at,
        e.payout_id, e.payload, e.code
    from ledger.read_event(pg_temp.charge(), '2025-12-30T12:00:00Z') as e
    $$,
    $$
    values (
        'default', 'evt_1', 'charge_succeeded', 'res_001', 'PEN', 12000::bigint, 600::bigint,
        '2025-12-30T10:00:00Z'::timestamptz, null::text, pg_temp.charge(), null::text
    )
    $$,
    'an event is read into typed fields'
);
select is(
    (select e.code from ledger.read_event(pg_temp.charge(), c.clock) as e), c.code,
    format(
        'with the clock at %s it is %s', c.clock at time zone 'UTC', coalesce(c.code, 'accepted')
    )
)
from (
    values
    ('2025-12-30T09:55:00Z'::timestamptz, null),
    ('2025-12-30T09:54:59.999999Z', 'OCCURRED_AT_IN_FUTURE'),
    ('2099-12-30T00:00:00Z', null)
) as c (clock, code);
select is(
    (select e.content_hash from ledger.read_event(pg_temp.charge(), now()) as e)
    = (select e.content_hash from ledger.read_event(pg_temp.charge(s.change), now()) as e),
    s.is_same,
    format(
        'the hash is %s with %s', case when s.is_same then 'the same' else 'another' end, s.change
    )
)
from (
    values
    ('{"event_id": "evt_2"}'::jsonb, true),
    ('{"currency": "PEN"}', true),
    ('{"unknown": 1}', true),
    ('{"occurred_at": "2025-12-30T05:00:00-05:00"}', true),
    ('{"amount": 12001}', false),
    ('{"fee": 0}', false),
    ('{"currency": "USD"}', false),
    ('{"restaurant_id": "res_002"}', false),
    ('{"occurred_at": "2025-12-30T10:00:00.000001Z"}', false),
    ('{"metadata": {"a": 1}}', false),
    ('{"event_type": "refund_succeeded", "fee": 0}', false)
) as s (change, is_same);
select is(
    (select octet_length(e.content_hash) from ledger.read_event(pg_temp.charge(), now()) as e), 32,
    'the hash is a SHA-256'
);

-- The owner: posting
select results_eq(
    $$
    select a.status, a.entries, a.received_at
    from ledger.post_event(
        'res_001', ledger.read_event(pg_temp.charge(), '2025-12-30T12:00:00Z'),
        '2025-12-30T12:00:00Z'
    ) as a
    $$,
    $$values ('processed', 2, '2025-12-30T12:00:00Z'::timestamptz)$$,
    'an event is received when the clock says'
);
select results_eq(
    'select e.recorded_at from ledger.ledger_entries as e order by e.entry_seq',
    $$values ('2025-12-30T12:00:00Z'::timestamptz), ('2025-12-30T12:00:00Z')$$,
    'and its entries are recorded then'
);
select is(
    (
        select a.status
        from ledger.post_event(
            'res_001',
            ledger.read_event(pg_temp.charge('{"event_id": "evt_2"}'), '2025-12-30T12:00:00Z'),
            '2025-12-30T11:00:00Z'
        ) as a
    ),
    'processed', 'a clock that went back does not stop events'
);
select is(
    (select min(e.recorded_at) from ledger.ledger_entries as e),
    '2025-12-30T12:00:00Z'::timestamptz,
    'nor is an entry recorded before an earlier one'
);

select * from finish();
rollback;
