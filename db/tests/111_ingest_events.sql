-- api.ingest_events: an array gives what its items one after the other would give.
begin;
select plan(34);

create function pg_temp.charge(p_change jsonb default '{}') returns jsonb
language sql immutable
return '{"event_id": "evt_1", "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'::jsonb || p_change;

set local role cuenta_app;

-- The service: what is no array of events
select throws_ok(
    'select * from ingest_events(null)', 'LBARR', 'events are a JSON array, not nothing',
    'raises when there are no events (LBARR)'
);
select throws_ok(
    format('select * from ingest_events(%L)', d.document), 'LBARR',
    format('events are a JSON array, not %s', d.kind),
    format('raises when the events are a JSON %s (LBARR)', d.kind)
)
from (
    values ('{}', 'object'), ('"x"', 'string'), ('1', 'number'), ('true', 'boolean'),
    ('null', 'null')
) as d (document, kind);
select throws_ok(
    'select * from ingest_events((select jsonb_agg(1) from generate_series(1, 10001)))',
    'LBMAX', 'an array may have at most 10000 events',
    'raises when there are more than 10000 (LBMAX)'
);
select is(
    (select count(*) from ingest_events((select jsonb_agg(1) from generate_series(1, 10000)))),
    10000::bigint, '10000 are answered'
);
select is_empty('select * from ingest_events(''[]'')', 'an empty array has no answers');

-- The service: one answer an item, in order
select results_eq(
    $$
    select a.item, a.status, a.event_id, a.entries, a.code
    from ingest_events(
        jsonb_build_array(
            pg_temp.charge(),
            pg_temp.charge(),
            pg_temp.charge('{"amount": 1}'),
            1,
            null::text,
            '[]'::jsonb,
            '{}'::jsonb,
            pg_temp.charge(
                '{"event_id": "evt_2", "event_type": "refund_succeeded", "amount": 100, "fee": 0}'
            ),
            pg_temp.charge('{"event_id": "evt_3", "currency": "zzz"}'),
            pg_temp.charge('{"event_id": "evt_3"}')
        )
    ) as a
    $$,
    $$
    values
    (1, 'processed', 'evt_1', 2, null::text),
    (2, 'already_processed', 'evt_1', 2, null),
    (3, 'conflict', 'evt_1', 0, 'EVENT_ID_REUSED'),
    (4, 'rejected', null, 0, 'EVENT_NOT_OBJECT'),
    (5, 'rejected', null, 0, 'EVENT_NOT_OBJECT'),
    (6, 'rejected', null, 0, 'EVENT_NOT_OBJECT'),
    (7, 'rejected', null, 0, 'FIELD_MISSING'),
    (8, 'processed', 'evt_2', 1, null),
    (9, 'rejected', 'evt_3', 0, 'CURRENCY_UNKNOWN'),
    (10, 'processed', 'evt_3', 2, null)
    $$,
    'every item has its answer, in order; a bad one does not stop the others'
);
select is(
    (select b.available::bigint from get_balance('res_001', 'PEN') as b), 22700::bigint,
    'what is valid is posted, once'
);
reset role;
select bag_eq(
    $$
    select r.status, r.code, r.payload
    from ledger.event_rejections as r
    where r.payload <> '1' or r.rejection_no > (
        select min(x.rejection_no) + 9999
        from ledger.event_rejections as x
    )
    $$,
    $$
    values
    ('conflict', 'EVENT_ID_REUSED', pg_temp.charge('{"amount": 1}')),
    ('rejected', 'EVENT_NOT_OBJECT', '1'::jsonb),
    ('rejected', 'EVENT_NOT_OBJECT', 'null'),
    ('rejected', 'EVENT_NOT_OBJECT', '[]'),
    ('rejected', 'FIELD_MISSING', '{}'),
    ('rejected', 'CURRENCY_UNKNOWN', pg_temp.charge('{"event_id": "evt_3", "currency": "zzz"}'))
    $$,
    'conflicts and rejections of items are kept with their documents'
);
set local role cuenta_app;
select results_eq(
    $$
    select
        a.item, a.status, a.provider, a.restaurant_id, a.currency, a.event_type, a.entries, a.code,
        a.message, a.details
    from ingest_events(jsonb_build_array(pg_temp.charge(), pg_temp.charge('{"fee": -1}'))) as a
    $$,
    $$
    select
        e.item, a.status, a.provider, a.restaurant_id, a.currency, a.event_type, a.entries, a.code,
        a.message, a.details
    from (values (1, pg_temp.charge()), (2, pg_temp.charge('{"fee": -1}'))) as e (item, event)
    cross join lateral ingest_event(e.event) as a
    $$,
    'the answers are those of single events, word by word'
);

-- The service: an array equals its items one by one, also where they depend on each other.
-- Two restaurants that are twins get the same events, one in an array, one singly.
reset role;
create temporary table story as
select
    e.no,
    pg_temp.charge(
        jsonb_build_object(
            'event_id', 'story_' || e.no,
            'event_type',
            case when e.no % 5 = 0 then 'refund_succeeded' else 'charge_succeeded' end,
            'amount', case when e.no % 7 = 0 then 0 else 100 * e.no end,
            'fee', case when e.no % 5 = 0 then 0 else e.no % 3 end,
            'currency',
            case when e.no % 4 = 0 then 'USD' when e.no % 11 = 0 then 'ZZZ' else 'PEN' end,
            'occurred_at', timestamptz '2025-12-01T00:00Z' + e.no * interval '7 hours'
        )
        || case when e.no % 13 = 0 then '{"event_id": "story_1"}'::jsonb else '{}' end
    ) as event
from generate_series(1, 60) as e (no);
create temporary table together as
select a.item, a.status, a.event_id, a.currency, a.entries, a.code, a.message, a.details
from api.ingest_events(
    (
        select jsonb_agg(s.event || '{"restaurant_id": "twin_a", "provider": "a"}' order by s.no)
        from story as s
    )
) as a;
create temporary table singly as
select s.no as item, a.status, a.event_id, a.currency, a.entries, a.code, a.message, a.details
from (select * from story order by no) as s
cross join lateral api.ingest_event(s.event || '{"restaurant_id": "twin_b", "provider": "b"}') as a;
select results_eq(
    'select * from together order by item', 'select * from singly order by item',
    'an array is answered as its items one after the other'
);
select is(
    (select array_agg(distinct t.status order by t.status) from together as t),
    array['conflict', 'processed', 'rejected'],
    'in a story that has all of it'
);
select results_eq(
    $$
    select e.currency, e.entry_seq, e.entry_type, e.amount, e.balance_after, e.settlement_day
    from ledger.ledger_entries as e where e.restaurant_id = 'twin_a' order by 1, 2
    $$,
    $$
    select e.currency, e.entry_seq, e.entry_type, e.amount, e.balance_after, e.settlement_day
    from ledger.ledger_entries as e where e.restaurant_id = 'twin_b' order by 1, 2
    $$,
    'and it posts the same entries in the same order'
);

-- The service: what needs a decision is decided on in an array, too, beside charges that need none
set local role cuenta_app;
select results_eq(
    $$
    select a.item, concat_ws(' ', a.status, a.code), a.entries
    from ingest_events(
        jsonb_build_array(
            pg_temp.charge('{"event_id": "mix_1", "restaurant_id": "mix", "payment_id": "pay_1"}'),
            pg_temp.charge(
                '{"event_id": "mix_2", "restaurant_id": "mix", "fee": 0,
                "event_type": "adjustment_credited"}'
            ),
            pg_temp.charge(
                '{"event_id": "mix_3", "restaurant_id": "mix", "fee": 0,
                "event_type": "dispute_opened"}'
            ),
            pg_temp.charge('{"event_id": "mix_4", "restaurant_id": "mix"}')
        )
    ) as a
    $$,
    $$
    values
    (1, 'processed', 2), (2, 'rejected EVENT_TYPE_UNKNOWN', 0), (3, 'rejected FIELD_MISSING', 0),
    (4, 'processed', 2)
    $$,
    'what people do, and a dispute without its id, post nothing in an array either'
);
select results_eq(
    $$
    select a.item, concat_ws(' ', a.status, a.code), a.entries
    from ingest_events(
        jsonb_build_array(
            pg_temp.charge(
                '{"event_id": "mix_5", "restaurant_id": "twin_a", "fee": 0, "provider": "operator",
                "event_type": "funds_held"}'
            ),
            pg_temp.charge('{"event_id": "mix_6", "restaurant_id": "mix", "provider": "operator"}')
        )
    ) as a
    $$,
    $$values (1, 'rejected PROVIDER_RESERVED', 0), (2, 'rejected PROVIDER_RESERVED', 0)$$,
    'nor does a processor that calls itself operator'
);
select results_eq(
    'select b.available::bigint, b.held::bigint from get_balance(''mix'', ''PEN'') as b',
    'values (22800::bigint, 0::bigint)', 'only the charges are posted'
);
select results_eq(
    $$
    select a.item, concat_ws(' ', a.status, a.code), a.entries, a.details ->> 'event_id'
    from ingest_events(
        jsonb_build_array(
            pg_temp.charge('{"event_id": "one_1", "restaurant_id": "one", "payment_id": "pay_1"}'),
            pg_temp.charge('{"event_id": "one_2", "restaurant_id": "one", "payment_id": "pay_1"}'),
            pg_temp.charge('{"event_id": "one_1", "restaurant_id": "one", "payment_id": "pay_1"}'),
            pg_temp.charge(
                '{"event_id": "one_3", "restaurant_id": "one", "payment_id": "pay_1", "fee": 1}'
            ),
            pg_temp.charge('{"event_id": "one_4", "restaurant_id": "one", "payment_id": "pay_2"}')
        )
    ) as a
    $$,
    $$
    values
    (1, 'processed', 2, null), (2, 'already_processed', 2, 'one_1'),
    (3, 'already_processed', 2, null), (4, 'conflict SUBJECT_REUSED', 0, 'one_1'),
    (5, 'processed', 2, null)
    $$,
    'a payment told under several ids of one array is charged once (SUBJECT_REUSED)'
);
select results_eq(
    $$
    select a.item, concat_ws(' ', a.status, a.code), a.entries, a.details ->> 'event_id'
    from ingest_events(
        jsonb_build_array(
            pg_temp.charge('{"event_id": "one_5", "restaurant_id": "one", "payment_id": "pay_2"}'),
            pg_temp.charge('{"event_id": "one_6", "restaurant_id": "one", "payment_id": "pay_3"}')
        )
    ) as a
    $$,
    $$values (1, 'already_processed', 2, 'one_4'), (2, 'processed', 2, null)$$,
    'and in the next array it is known'
);
reset role;

-- The service: events of several restaurants and currencies, and of payouts, in one array
set local role cuenta_app;
select is(
    (
        select string_agg(a.status, ' ' order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.charge('{"event_id": "m_1", "restaurant_id": "res_z", "currency": "MXN"}'),
                pg_temp.charge('{"event_id": "m_2", "restaurant_id": "res_a", "currency": "MXN"}'),
                pg_temp.charge('{"event_id": "m_3", "restaurant_id": "res_z", "currency": "CLP"}'),
                pg_temp.charge('{"event_id": "m_4", "restaurant_id": "res_a", "currency": "MXN"}')
            )
        ) as a
    ),
    'processed processed processed processed',
    'an array may hold events of several restaurants, in any order'
);
select is(
    (select b.total::bigint from get_balance('res_a', 'MXN') as b), 22800::bigint, 'the one has its money'
);
select is(
    (select b.total::bigint from get_balance('res_z', 'CLP') as b), 11400::bigint, 'and so has the other'
);
select is((select r.payouts_created from run_payouts('MXN', '2025-12-30') as r), 2, 'two payouts');
reset role;
create function pg_temp.report(p_id text, p_type text, p_restaurant_id text, p_at text)
returns jsonb
language sql stable
return (
    select
        jsonb_build_object(
            'event_id', p_id, 'event_type', p_type, 'occurred_at', p_at, 'currency', 'MXN',
            'restaurant_id', p_restaurant_id, 'amount', p.amount, 'payout_id', p.payout_id
        )
    from reporting.payouts as p
    where p.restaurant_id = p_restaurant_id and p.currency = 'MXN'
);
select results_eq(
    $$
    select a.item, a.status, a.entries, a.code
    from ingest_events(
        jsonb_build_array(
            pg_temp.report('p_1', 'payout_paid', 'res_a', '2025-12-31T10:00Z'),
            pg_temp.report('p_2', 'payout_failed', 'res_a', '2025-12-31T09:00Z'),
            pg_temp.report('p_3', 'payout_failed', 'res_a', '2025-12-31T11:00Z'),
            pg_temp.report('p_4', 'payout_paid', 'res_a', '2025-12-31T12:00Z'),
            pg_temp.report('p_5', 'payout_failed', 'res_z', '2025-12-31T12:00Z'),
            pg_temp.report('p_6', 'payout_failed', 'res_z', '2025-12-31T13:00Z')
        )
    ) as a
    $$,
    $$
    values
    (1, 'processed', 1, null::text),
    (2, 'processed', 0, 'NO_EFFECT'),
    (3, 'processed', 1, null),
    (4, 'rejected', 0, 'PAYOUT_STATE_CONFLICT'),
    (5, 'processed', 1, null),
    (6, 'processed', 0, 'NO_EFFECT')
    $$,
    'an item sees what the items before it did to a payout'
);
select is(
    (
        select string_agg(p.status, ' ' order by p.restaurant_id)
        from reporting.payouts as p
        where p.currency = 'MXN'
    ),
    'FAILED FAILED',
    'and the payouts end as the reports in that order say'
);
select is(
    (
        select array_agg(x.code order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.charge(
                    '{"event_id": "big_1", "restaurant_id": "res_big", "fee": 0,
                    "amount": 9007199254740991}'
                ),
                pg_temp.charge(
                    '{"event_id": "big_2", "restaurant_id": "res_big", "amount": 1, "fee": 0}'
                ),
                pg_temp.charge(
                    '{"event_id": "big_1", "restaurant_id": "res_big", "fee": 0,
                    "amount": 9007199254740991}'
                )
            )
        ) as a
        cross join lateral (select coalesce(a.code, a.status) as code) as x
    ),
    array['processed', 'BALANCE_OUT_OF_RANGE', 'already_processed'],
    'an item for which the items before it left no room is rejected (BALANCE_OUT_OF_RANGE)'
);

-- The service: what posts nothing registers nobody, in an array neither
select results_eq(
    $$
    select concat_ws(' ', a.status, a.code), a.restaurant_id
    from ingest_events(
        jsonb_build_array(
            pg_temp.charge('{"event_id": "once", "restaurant_id": "new_first"}'),
            pg_temp.charge('{"event_id": "once", "restaurant_id": "new_second"}'),
            pg_temp.charge(
                '{"event_id": "fee", "restaurant_id": "new_fee",
                "event_type": "refund_succeeded"}'
            ),
            pg_temp.charge(
                '{"event_id": "turn", "restaurant_id": "new_refused",
                "event_type": "refund_succeeded"}'
            ),
            pg_temp.charge('{"event_id": "turn", "restaurant_id": "new_taken"}'),
            pg_temp.charge('{"restaurant_id": "new_known"}')
        )
    ) as a
    order by a.item
    $$,
    $$
    values
    ('processed', 'new_first'), ('conflict EVENT_ID_REUSED', 'new_second'),
    ('rejected FEE_NOT_ALLOWED', 'new_fee'), ('rejected FEE_NOT_ALLOWED', 'new_refused'),
    ('processed', 'new_taken'), ('conflict EVENT_ID_REUSED', 'new_known')
    $$,
    'items that reuse an id or cannot be posted, for restaurants not known (EVENT_ID_REUSED)'
);
reset role;
select results_eq(
    $$
    select r.restaurant_id collate "default"
    from ledger.restaurants as r
    where r.restaurant_id like 'new%'
    order by r.restaurant_id collate "C"
    $$,
    $$values ('new_first'), ('new_taken')$$,
    'register only those whose items were posted'
);

-- Others
set local role cuenta_operator;
select is(
    (select a.status from ingest_events(jsonb_build_array(pg_temp.charge())) as a),
    'already_processed',
    'people get the same answers as the service'
);
reset role;
set local role cuenta_reader;
select throws_ok(
    'select * from api.ingest_events(''[]'')', '42501',
    'permission denied for function ingest_events',
    'readers cannot send events (42501)'
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

-- What is refused in an array registers nobody, as alone.
do $$
begin
    perform
    from api.ingest_events('[
        {"event_id": "n_1", "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",
         "restaurant_id": "nobody_1", "currency": "PEN", "amount": 5, "provider": "operator"},
        {"event_id": "n_2", "event_type": "dispute_opened", "occurred_at": "2025-12-30T10:00:00Z",
         "restaurant_id": "nobody_2", "currency": "PEN", "amount": 5},
        {"event_id": "n_3", "event_type": "refund_failed", "occurred_at": "2025-12-30T10:00:00Z",
         "restaurant_id": "nobody_3", "currency": "PEN", "amount": 5}
    ]');
end;
$$;
select is_empty(
    $$select r.restaurant_id from ledger.restaurants as r where r.restaurant_id like 'nobody%'$$,
    'events that are refused register no restaurant, in arrays neither'
);

select * from finish();
rollback;
