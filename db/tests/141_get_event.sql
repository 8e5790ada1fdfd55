-- api.get_event: what was received under an id, and what became of it.
begin;
select plan(17);

create function pg_temp.charge(p_change jsonb default '{}') returns jsonb
language sql immutable
return '{"event_id": "evt_1", "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600,
    "note": "kept"}'::jsonb || p_change;
create function pg_temp.send(p_event jsonb) returns text
language sql
as $$select concat_ws(' ', a.status, a.code) from api.ingest_event(p_event) as a$$;

set local role cuenta_app;

-- The service: what was never received
select throws_ok(
    'select * from get_event(''evt_1'')', 'LNEVT', 'event ''evt_1'' was never received',
    'raises for an event that was never received (LNEVT)'
);
select throws_ok(
    'select * from get_event(null)', 'LBARG', null, 'raises when the event is not named (LBARG)'
);
select throws_ok(
    'select * from get_event(''evt_1'', null)', 'LBARG', null,
    'raises when the provider is null (LBARG)'
);

-- The service: an event that was refused
select is(
    pg_temp.send(pg_temp.charge('{"amount": 0}')), 'rejected AMOUNT_INVALID', 'an amount of 0'
);
select results_eq(
    $$
    select
        e.event_id collate "default", e.provider collate "default", e.status collate "default",
    e.amount, e.entries, e.payload
    from get_event('evt_1') as e
    $$,
    $$
    values (
        'evt_1', 'default', 'rejected', null::bigint, '[]'::jsonb, pg_temp.charge('{"amount": 0}')
    )
    $$,
    'an event that was only ever refused is rejected, with its document and no entries'
);
select is(
    pg_temp.send(pg_temp.charge('{"fee": -1}')), 'rejected FEE_INVALID', 'then a negative fee'
);
select results_eq(
    $$
    select r.no, r.rejection ->> 'status', r.rejection ->> 'code', r.rejection -> 'details'
    from get_event('evt_1') as e
    cross join lateral jsonb_array_elements(e.rejections) with ordinality as r (rejection, no)
    $$,
    $$
    values
    (1::bigint, 'rejected', 'AMOUNT_INVALID', '{"field": "amount"}'::jsonb),
    (2, 'rejected', 'FEE_INVALID', '{"field": "fee"}')
    $$,
    'its rejections are there in the order they came'
);
select is(
    (
        select e.rejections -> 0 ?& array['status', 'code', 'message', 'details', 'received_at']
        from get_event('evt_1') as e
    ),
    true,
    'each with what was answered and when'
);

-- The service: an event that was posted
select is(pg_temp.send(pg_temp.charge()), 'processed', 'at last it is right');
select is(
    pg_temp.send(pg_temp.charge('{"amount": 1}')), 'conflict EVENT_ID_REUSED',
    'and its id is reused'
);
select results_eq(
    $$
    select
        e.event_id collate "default", e.provider collate "default", e.status collate "default",
    e.event_type collate "default", e.restaurant_id collate "default",
    e.currency collate "default", e.amount,
        e.fee, e.occurred_at,
        e.entries, jsonb_array_length(e.rejections), e.rejections -> 2 ->> 'status', e.payload
    from get_event('evt_1') as e
    $$,
    $$
    values (
        'evt_1', 'default', 'processed', 'charge_succeeded', 'res_001', 'PEN', 12000::bigint,
        600::bigint,
        '2025-12-30T10:00:00Z'::timestamptz,
        '[
            {"entry_seq": 1, "entry_type": "CHARGE", "amount": 12000, "balance_after": 12000},
            {"entry_seq": 2, "entry_type": "FEE", "amount": 600, "balance_after": 11400}
        ]'::jsonb,
        3, 'conflict', pg_temp.charge()
    )
    $$,
    'an event that was posted is processed, with its entries and all that was refused under its id'
);
select is(
    (select e.provider from get_event('evt_1', 'default') as e), 'default',
    'the provider may be named'
);
select throws_ok(
    'select * from get_event(''evt_1'', ''other'')', 'LNEVT', 'event ''evt_1'' was never received',
    'another provider has its own ids (LNEVT)'
);
select is(
    pg_temp.send(pg_temp.charge('{"provider": "other", "amount": 5}')), 'processed',
    'uses the id, too'
);
select results_eq(
    'select e.amount, e.rejections from get_event(''evt_1'', ''other'') as e',
    $$values (5::bigint, '[]'::jsonb)$$,
    'and has its own event under it, to which nothing was refused'
);

-- Others
reset role;
set local role cuenta_operator;
select is(
    (select e.status from get_event('evt_1') as e), 'processed',
    'people see the same as the service'
);
reset role;
set local role cuenta_reader;
select lives_ok(
    'select * from api.get_event(''evt_1'')', 'readers may, too'
);
reset role;

select * from finish();
rollback;
