-- ledger.read_event and ledger.post_event, with the clock in hand.
begin;
select plan(43);

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
    (
        select e.code
        from ledger.read_event(pg_temp.charge(jsonb_build_object(f.field, repeat('a', f.size))), now()) as e
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
    ('{"occurred_at": "2025-12-30T10:00:00-05:00"}'), ('{"fee": null}')
) as s (change);

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

-- The owner: an id that another session took after the look for it
create temporary table account as
select b.* from ledger.account_balances as b where b.restaurant_id = 'res_001';
create function pg_temp.write(p_change jsonb) returns integer
language sql
return ledger.write_event(
    ledger.read_event(pg_temp.charge(p_change), '2025-12-31T12:00:00Z'), '2025-12-31T12:00:00Z'
);
select is(pg_temp.write(s.change), -1, format('%s: the id is taken', s.what))
from (
    values
    ('the same event', '{}'::jsonb),
    ('other amounts', '{"amount": 1, "fee": 0}'),
    ('a later moment', '{"occurred_at": "2025-12-31T10:00:00Z"}'),
    ('another type', '{"event_type": "refund_succeeded", "fee": 0}')
) as s (what, change);
select is(
    current_setting('cuenta.is_posting'), 'off', 'and the ledger is closed for others again'
);
select results_eq(
    'select b.* from ledger.account_balances as b where b.restaurant_id = ''res_001''',
    'select a.* from account as a',
    'and the account is as it was, to the microsecond'
);
select is(
    (select count(*) from ledger.ledger_entries), 4::bigint, 'without an entry more'
);
select is(
    pg_temp.write('{"event_id": "evt_3", "restaurant_id": "res_404"}'), null,
    'without an account nothing is written'
);
select is(
    pg_temp.write('{"event_id": "evt_3", "event_type": "refund_succeeded"}'), null,
    'nor without a rule for the fee'
);
select is(
    pg_temp.write('{"event_id": "evt_3", "currency": "USD"}'), null,
    'nor in a currency without an account'
);
select is(
    current_setting('cuenta.is_posting'), 'off', 'and the ledger is closed for others then, too'
);
select throws_ok(
    'update ledger.account_balances set balance = balance + 1', 'LXBAL', null,
    'so that nobody moves an account in its wake (LXBAL)'
);

-- The owner: the same with a payout, whose event moves reserved money
select is(
    (select r.payouts_created from api.run_payouts('PEN', '2025-12-30') as r), 1, 'a payout'
);
truncate account;
insert into account
select b.* from ledger.account_balances as b where b.restaurant_id = 'res_001';
create function pg_temp.write_failure() returns integer
language plpgsql
as $$
declare
    v_event ledger.event_input := ledger.read_event(
        pg_temp.charge('{"event_type": "payout_failed", "amount": 5, "fee": 0}'), now()
    );
begin
    v_event.payout_status := 'CREATED';
    return ledger.write_event(v_event, now());
end
$$;
select is(pg_temp.write_failure(), -1, 'the id is taken');
select results_eq(
    'select b.* from ledger.account_balances as b where b.restaurant_id = ''res_001''',
    'select a.* from account as a',
    'and the account is as it was, its reserved money, too'
);

-- The owner: an event without an effect does not count as the account's last one
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
select is(pg_temp.write('{"occurred_at": "2025-12-31T11:00:00Z"}'), -1, 'the id is taken');
select is(pg_temp.write('{"occurred_at": "2025-12-31T12:00:00Z"}'), -1, 'the id is taken');
select is(
    (select b.last_event_at from ledger.account_balances as b where b.restaurant_id = 'res_001'),
    '2025-12-31T12:00:00Z', 'the account''s last event is the one that posted'
);

-- The owner: an event that posts nothing
insert into ledger.event_types (event_type, description) values ('menu_changed', 'No money in it');
select results_eq(
    $$
    select a.status, a.entries, a.code
    from api.ingest_event(
        pg_temp.charge('{"event_id": "evt_7", "event_type": "menu_changed", "fee": 0}')
    ) as a
    $$,
    $$values ('processed', 0, 'NO_EFFECT')$$,
    'an event type without a posting rule is recorded and posts nothing'
);

select * from finish();
rollback;
