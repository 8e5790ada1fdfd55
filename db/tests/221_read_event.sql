-- Reading and posting an event, with the clock in hand.
begin;
select plan(34);

create function pg_temp.charge(p_change jsonb default '{}') returns jsonb
language sql immutable
return '{"event_id": "evt_1", "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "pen", "amount": 12000, "fee": 600}'::jsonb || p_change;

-- Reading
select results_eq(
    $$
    select
        e.provider collate "default", e.event_id collate "default",
    e.event_type collate "default", e.restaurant_id collate "default", e.currency collate "default",
        e.amount, e.fee, e.occurred_at
    from ledger.read_event(pg_temp.charge(), '2025-12-30T12:00:00Z') as e
    $$,
    $$
    values (
        'default', 'evt_1', 'charge_succeeded', 'res_001', 'PEN', 12000::bigint, 600::bigint,
        '2025-12-30T10:00:00Z'::timestamptz
    )
    $$,
    'an event is read into typed fields'
);
select is(
    ledger.find_event_fault(pg_temp.charge(), c.clock), c.code,
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
    ledger.read_time(s.text), s.moment::timestamptz, format('%s is cut, not rounded', s.text)
)
from (
    values
    ('2025-12-31T23:59:59.9999999-05:00', '2026-01-01T04:59:59.999999Z'),
    ('2025-12-31T23:59:59.99999999999999999999Z', '2025-12-31T23:59:59.999999Z'),
    ('2025-12-31T23:59:59.5+0530', '2025-12-31T18:29:59.5Z'),
    ('2025-12-31 23:59z', '2025-12-31T23:59:00Z')
) as s (text, moment);
-- What is plain has no fault: the quick look never lets through what the long one refuses.
select is(
    (
        select array_agg(e.payload)
        from (
            select
                pg_temp.charge('{"currency": "PEN"}')
                || jsonb_build_object(f.field, v.value) as payload
            from unnest(array[
                'event_id', 'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount',
                'fee', 'provider', 'metadata'
            ]) as f (field)
            cross join unnest(array[
                'null', 'true', '0', '-1', '1', '1.0', '12000.5', '9007199254740991',
                '9007199254740992', '1e400', '""', '" "', '"PEN"', '"pen"', '"PENS"', '"P3N"',
                '"a b"', '"a\"b"', '"a\\\\b"', '"\u00e9"', '"\u007f"', '"-a"', '"a/b"', '[]', '{}',
                '["PEN"]', '{"a": 1}', '"2025-12-30"', '"2025-12-30T10:00:00"',
                '"2025-12-30T10:00:00Z"', '"2025-12-30t10:00:00z"', '"2025-12-30 10:00:00Z"',
                '"2025-12-30T10:00Z"', '"2025-12-30T10:00:00ZZ"', '"2025-12-30T10:00:00 Z"',
                '" 2025-12-30T10:00:00Z"', '"2025-12-30T10:00:60Z"', '"2025-12-30T24:00:00Z"',
                '"2025-12-30T23:60:00Z"', '"2025-12-32T10:00:00Z"', '"2025-13-30T10:00:00Z"',
                '"2025-00-30T10:00:00Z"', '"2025-02-29T10:00:00Z"', '"2024-02-29T10:00:00Z"',
                '"2025-11-31T10:00:00Z"', '"2025-1-2T10:00:00Z"', '"25-12-30T10:00:00Z"',
                '"2025-12-30T1:2:3Z"', '"20251-2-30T1:00:00Z"', '"22025-12-30T10:00:00Z"',
                '"2025-12-30T10:00:000Z"', '"2025--2-30T10:00:00Z"', '"2025-12-30T-1:00:00Z"',
                '"2025-12-30T10:00:00-Z"', '"2025-12-00T10:00:00Z"',
                '"2025-1-002T10:00:00Z"', '"20251-2-03T10:00:00Z"', '"2025-12-3T010:00:00Z"', '"2025-12-30T 1:00:00Z"',
                '"2025-12-30T+1:00:00Z"', '"2025T12T30T10:00:00Z"', '"2025-12-30T10-00-00Z"'
            ]::jsonb[]) as v (value)
        ) as e
        where ledger.is_plain_event(e.payload)
            and ledger.find_event_fault(e.payload, 'infinity') is not null
    ),
    null,
    'nothing with a fault is plain'
);
select is(
    ledger.find_event_fault(
        pg_temp.charge(jsonb_build_object(f.field, repeat('a', f.size))), now()
    ),
    f.code,
    format('%s characters of %s are %s', f.size, f.field, coalesce(f.code, 'accepted'))
)
from (
    values
    ('event_id', 64, null), ('event_id', 65, null), ('event_id', 128, null),
    ('event_id', 129, 'EVENT_ID_INVALID'), ('provider', 64, null),
    ('provider', 65, 'PROVIDER_INVALID'), ('restaurant_id', 64, null),
    ('restaurant_id', 65, 'RESTAURANT_ID_INVALID')
) as f (field, size, code);
select ok(ledger.is_plain_event(pg_temp.charge('{"currency": "PEN"}')), 'a usual event is plain');
select ok(
    not coalesce(ledger.is_plain_event(pg_temp.charge('{"currency": "PEN"}') || s.change), false),
    format('what is written in another way is not: %s', s.change)
)
from (
    values ('{"currency": "pen"}'::jsonb), ('{"occurred_at": "2025-12-30T10:00:00.5Z"}'),
    ('{"occurred_at": "2025-12-30T10:00:00-05:00"}'), ('{"fee": null}'), ('{"fee": 0}'),
    ('{"metadata": {"tip": 0.5}}'), ('{"metadata": {"n": [1, 1e131071]}}')
) as s (change);

-- Posting
select results_eq(
    $$
    select a.status collate "default", a.entries, a.received_at
    from ledger.post_event(pg_temp.charge(), '2025-12-30T12:00:00Z') as a
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
        from ledger.post_event(pg_temp.charge('{"event_id": "evt_2"}'), '2025-12-30T11:00:00Z') as a
    ),
    'processed', 'a clock that went back does not stop events'
);
select is(
    (select min(e.recorded_at) from ledger.ledger_entries as e),
    '2025-12-30T12:00:00Z'::timestamptz,
    'nor is an entry recorded before an earlier one'
);

-- An event without an effect does not count as the account's last one
select is(
    (select r.payouts_created from api.run_payouts('PEN', '2025-12-30') as r), 1, 'a payout'
);
select is(
    (
        select a.entries
        from api.ingest_event(
            pg_temp.charge(
                jsonb_build_object(
                    'event_id', e.event_id, 'event_type', 'payout_paid', 'fee', 0,
                    'occurred_at', e.occurred_at, 'amount', p.amount, 'payout_id', p.payout_id
                )
            )
        ) as a
    ),
    e.entries,
    format('%s posts %s entries', e.event_id, e.entries)
)
from ledger.payouts as p
cross join (
    values ('evt_5', '2025-12-31T12:00:00Z', 1), ('evt_6', '2025-12-31T13:00:00Z', 0)
) as e (event_id, occurred_at, entries)
order by e.event_id;
select is(
    (select b.last_event_at from ledger.account_balances as b where b.restaurant_id = 'res_001'),
    '2025-12-31T12:00:00Z', 'the account''s last event is the one that posted'
);

-- An event that no rule is for
set local role cuenta_writer;
insert into ledger.event_types (event_type, origin, description)
values ('menu_changed', 'processor', 'No money in it');
reset role;
select throws_ok(
    $$
    select api.ingest_event(
        pg_temp.charge('{"event_id": "evt_7", "event_type": "menu_changed", "fee": 0}')
    )
    $$,
    'LXRUL', 'no rule for menu_changed of a subject that is NEW',
    'an event type without a posting rule is a fault of ours, never a fact without effect (LXRUL)'
);

select * from finish();
rollback;
