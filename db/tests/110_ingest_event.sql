-- api.ingest_event: what becomes of one event.
begin;
select plan(288);

-- A charge of PEN 120.00 with a fee of 6.00, changed as told.
create function pg_temp.charge(p_change jsonb default '{}') returns jsonb
language sql immutable
return '{"event_id": "evt_1", "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600,
    "metadata": {"reservation_id": "rsv_987", "table_id": "tbl_456"}}'::jsonb || p_change;

-- Status, code and the field or fields named in the details.
create function pg_temp.send(p_event jsonb) returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, coalesce(a.details ->> 'fields', a.details ->> 'field'))
from api.ingest_event(p_event) as a
$$;

create function pg_temp.balance() returns text
language sql
as $$
select format('%s %s', b.balance, b.reserved)
from ledger.account_balances as b
where b.restaurant_id = 'res_001' and b.currency = 'PEN'
$$;

set local role cuenta_app;

-- The service: not an event at all
select throws_ok(
    'select * from ingest_event(null)', 'LBOBJ', 'an event is a JSON object, not nothing',
    'raises when there is no event (LBOBJ)'
);
select throws_ok(
    format('select * from ingest_event(%L)', d.document), 'LBOBJ',
    format('an event is a JSON object, not %s', d.kind),
    format('raises when the event is a JSON %s (LBOBJ)', d.kind)
)
from (
    values ('[]', 'array'), ('"x"', 'string'), ('1', 'number'), ('true', 'boolean'),
    ('null', 'null')
) as d (document, kind);
select throws_ok(
    'select * from ingest_event(''{"amount": NaN}'')', '22P02',
    'invalid input syntax for type json',
    'raises when the text is not JSON (22P02)'
);
select throws_ok(
    'select * from ingest_event(''{"event_id": "\u0000"}'')', '22P05',
    'unsupported Unicode escape sequence', 'raises when the text holds a NUL character (22P05)'
);

-- The service: a document that is no valid event. One table: the change, the answer, the rule.
reset role;
create temporary table bad (
    no integer generated always as identity, event jsonb, answer text, rule text
);
grant select on bad to public;
insert into bad (event, answer, rule)
select pg_temp.charge() - f.field, 'FIELD_MISSING ' || f.field, f.field || ' is missing'
from (
    values ('event_id'), ('event_type'), ('restaurant_id'), ('currency'), ('amount'),
    ('occurred_at')
) as f (field)
union all
select
    pg_temp.charge(jsonb_build_object(f.field, null)),
    'FIELD_MISSING ' || f.field,
    f.field || ' is null'
from (
    values ('event_id'), ('event_type'), ('restaurant_id'), ('currency'), ('amount'),
    ('occurred_at')
) as f (field)
union all
select
    pg_temp.charge(jsonb_build_object(f.field, f.value)),
    upper(f.field) || '_INVALID ' || f.field,
    f.field || ' is ' || f.what
from (
    values
    ('event_id', '""'::jsonb, 'empty'),
    ('event_id', '7', 'a number'),
    ('event_id', '"evt 1"', 'written with a blank'),
    ('event_id', '"evt\n1"', 'written with a line break'),
    ('event_id', '"evt\"1"', 'written with a quote'),
    ('event_id', '"evt\\1"', 'written with a backslash'),
    ('event_id', '"evt_\u00f1"', 'not ASCII'),
    ('event_id', '"evt_1\n"', 'followed by a line break'),
    ('event_id', to_jsonb(repeat('e', 129)), 'longer than 128'),
    ('provider', '""', 'empty'),
    ('provider', '7', 'a number'),
    ('provider', '"a b"', 'written with a blank'),
    ('provider', '"a\"b"', 'written with a quote'),
    ('provider', '"a\\b"', 'written with a backslash'),
    ('provider', to_jsonb(repeat('p', 65)), 'longer than 64'),
    ('event_type', '1', 'a number'),
    ('event_type', '{"name": "charge_succeeded"}', 'an object'),
    ('restaurant_id', '""', 'empty'),
    ('restaurant_id', '1', 'a number'),
    ('restaurant_id', '["res_001"]', 'an array'),
    ('restaurant_id', '"_res"', 'begun with a sign'),
    ('restaurant_id', '"res 001"', 'written with a blank'),
    ('restaurant_id', '"res_001\n"', 'followed by a line break'),
    ('restaurant_id', '"res/001"', 'written with a slash'),
    ('restaurant_id', to_jsonb(repeat('r', 65)), 'longer than 64'),
    ('currency', '""', 'empty'),
    ('currency', '604', 'a number'),
    ('currency', '"PENS"', 'four letters'),
    ('currency', '"PE"', 'two letters'),
    ('currency', '"S/."', 'not letters'),
    ('currency', '"PEN\n"', 'followed by a line break'),
    ('amount', '0', 'zero'),
    ('amount', '-1', 'negative'),
    ('amount', '"12000"', 'a string'),
    ('amount', 'true', 'a boolean'),
    ('amount', '[12000]', 'an array'),
    ('amount', '{}', 'an object'),
    ('amount', '120.5', 'a fraction'),
    ('amount', '120.0', 'written with a decimal point'),
    ('amount', '9007199254740992', 'past 2^53 - 1'),
    ('amount', '9223372036854775808', '2^63'),
    ('amount', '1e400', 'astronomic'),
    ('fee', '-1', 'negative'),
    ('fee', '"600"', 'a string'),
    ('fee', 'true', 'a boolean'),
    ('fee', 'null', 'null'),
    ('fee', '6.0', 'written with a decimal point'),
    ('fee', '9007199254740992', 'past 2^53 - 1'),
    ('fee', '9223372036854775808', '2^63'),
    ('occurred_at', '""', 'empty'),
    ('occurred_at', '1767088800', 'a number'),
    ('occurred_at', '"yesterday"', 'a word'),
    ('occurred_at', '"infinity"', 'infinite'),
    ('occurred_at', '"now"', 'a word that PostgreSQL understands'),
    ('occurred_at', '"2025-12-30"', 'a date alone'),
    ('occurred_at', '"2025-12-30T10:00:00"', 'without offset'),
    ('occurred_at', '"2025-12-30T10:00:00 America/Lima"', 'with the name of a zone'),
    ('occurred_at', '"2025-02-30T10:00:00Z"', 'an impossible date'),
    ('occurred_at', '"2025-13-01T10:00:00Z"', 'in month 13'),
    ('occurred_at', '"2025-12-30T25:00:00Z"', 'at hour 25'),
    ('occurred_at', '"2025-12-30T10:60:00Z"', 'at minute 60'),
    ('occurred_at', '"2025-12-30T10:00:61Z"', 'at second 61'),
    ('occurred_at', '"2025-12-30T10:00:00+16:00"', 'with an offset that no place has'),
    ('occurred_at', '"2025-12-30T10:00:00+05:60"', 'with an offset of sixty minutes'),
    ('occurred_at', '"0000-12-30T10:00:00Z"', 'in a year that never was'),
    ('occurred_at', '"30/12/2025 10:00Z"', 'not ISO 8601'),
    ('occurred_at', '"2025-12-30T10:00:00Z\n"', 'followed by a line break'),
    ('metadata', '[]', 'an array'),
    ('metadata', '"x"', 'a string'),
    ('metadata', '1', 'a number'),
    ('metadata', 'null', 'null'),
    ('provider', 'null', 'null')
) as f (field, value, what)
union all
select pg_temp.charge(b.change), b.answer, b.rule
from (
    values
    (
        '{"event_type": "charge_teleported"}'::jsonb, 'EVENT_TYPE_UNKNOWN event_type',
        'the event type is none'
    ),
    (
        '{"event_type": "CHARGE_SUCCEEDED"}', 'EVENT_TYPE_UNKNOWN event_type',
        'the event type is in capitals'
    ),
    ('{"currency": "ZZZ"}', 'CURRENCY_UNKNOWN currency', 'the currency is none of ISO 4217'),
    ('{"currency": "XXX"}', 'CURRENCY_UNKNOWN currency', 'the currency is "no currency"'),
    (
        '{"occurred_at": "2999-01-01T00:00:00Z"}', 'OCCURRED_AT_IN_FUTURE occurred_at',
        'it has not happened yet'
    ),
    ('{"event_type": "refund_succeeded", "fee": 1}', 'FEE_NOT_ALLOWED fee', 'a refund has a fee'),
    (
        '{"event_type": "payout_paid", "payout_id": "po_1", "fee": 1}', 'FEE_NOT_ALLOWED fee',
        'a payout has a fee'
    ),
    (
        '{"event_type": "payout_paid", "fee": 0}', 'FIELD_MISSING payout_id',
        'a payout event names no payout'
    ),
    (
        '{"event_type": "payout_failed", "fee": 0, "payout_id": null}', 'FIELD_MISSING payout_id',
        'payout_id is null'
    )
) as b (change, answer, rule)
union all
select
    pg_temp.charge(
        jsonb_build_object('occurred_at', clock_timestamp() + interval '5 minutes 30 seconds')
    ),
    'OCCURRED_AT_IN_FUTURE occurred_at',
    'it lies more than five minutes ahead'
union all
select '{}', 'FIELD_MISSING event_id', 'the document has no field at all';

set local role cuenta_app;
select is(
    pg_temp.send(b.event), 'rejected ' || b.answer,
    format('rejects: %s (%s)', b.rule, split_part(b.answer, ' ', 1))
)
from bad as b
order by b.no;

-- What was kept of them
reset role;
select is(
    (select count(*) from ledger.event_rejections), (select count(*) from bad),
    'each of them is kept'
);
select bag_eq(
    'select r.payload from ledger.event_rejections as r',
    'select ledger.without_wild_numbers(b.event) from bad as b',
    'a rejection keeps the document as it came, less numbers that would be very long as text'
);
select is_empty(
    $$
    select r.code, r.message from ledger.event_rejections as r
    where
        r.message !~ '^[a-z]' or r.message ~ '[.\n]$'
        or r.status <> 'rejected' or r.details is null
    $$,
    'a rejection says why in one line and names the field'
);
select is(
    (
        (select count(*) from ledger.ledger_entries) + (
            select count(*)
            from ledger.processor_events
        )
        + (select count(*) from ledger.account_balances) + (select count(*) from ledger.restaurants)
    ),
    0::bigint,
    'and none of them leaves a trace in the ledger, not even a restaurant'
);
set local role cuenta_app;

-- The service: a charge
select results_eq(
    $$
    select
        a.status collate "default", a.event_id collate "default", a.provider collate "default",
    a.restaurant_id collate "default", a.currency collate "default",
    a.event_type collate "default", a.entries,
        a.code collate "default", a.message, a.details,
    a.received_at >= now() and a.received_at <= clock_timestamp()
    from ingest_event(pg_temp.charge()) as a
    $$,
    $$
    values (
        'processed', 'evt_1', 'default', 'res_001', 'PEN', 'charge_succeeded', 2,
        null::text, null::text, null::jsonb, true
    )
    $$,
    'posts a charge that was rejected before under the same id: a rejection claims nothing'
);
reset role;
select results_eq(
    $$
    select
        e.entry_seq, e.entry_type collate "default", e.amount, e.balance_after, e.reserved_after,
        e.business_day, e.available_on, e.settlement_day, e.payout_id collate "default"
    from ledger.ledger_entries as e
    order by e.entry_seq
    $$,
    $$
    values
    (
        1::bigint, 'CHARGE', 12000::bigint, 12000::bigint, 0::bigint,
        '2025-12-30'::date, '2025-12-30'::date, '2025-12-30'::date, null::text
    ),
    (
        2, 'FEE', 600, 11400, 0, '2025-12-30', '2025-12-30', '2025-12-30',
        null
    )
    $$,
    'a charge posts its amount and its fee, numbered from 1, with running balances'
);
select results_eq(
    $$
    select
        v.provider collate "default", v.event_id collate "default",
    v.event_type collate "default", v.amount, v.fee, v.occurred_at, v.first_entry_seq,
        v.entry_count::integer, v.payload
    from ledger.processor_events as v
    $$,
    $$
    values (
        'default', 'evt_1', 'charge_succeeded', 12000::bigint, 600::bigint,
        '2025-12-30T10:00:00Z'::timestamptz, 1::bigint, 2, pg_temp.charge()
    )
    $$,
    'the event is kept with its document'
);
select results_eq(
    $$
    select r.restaurant_id collate "default", r.timezone, r.day_close_hour::integer,
    r.settlement_delay_days::integer,
    r.is_payouts_paused
    from ledger.restaurants as r
    $$,
    $$values ('res_001', 'America/Lima', 0, 0, false)$$,
    'the restaurant is registered with the defaults by its first event'
);
select results_eq(
    $$
    select
        b.balance::bigint, b.reserved::bigint, b.held::bigint, b.last_entry_seq, b.last_event_at,
        b.closed_through
    from ledger.account_balances as b
    $$,
    $$
    values (
        11400::bigint, 0::bigint, 0::bigint, 2::bigint, '2025-12-30T10:00:00Z'::timestamptz,
        '-infinity'::date
    )
    $$,
    'its balance follows'
);
create temporary table first as
select v.received_at from ledger.processor_events as v where v.event_id = 'evt_1';
grant select on first to public;
set local role cuenta_app;

-- The service: the same bad events for a restaurant that has an account by now
select is(
    pg_temp.send(b.event || '{"event_id": "evt_bad"}'), 'rejected ' || b.answer,
    format('rejects it for a known restaurant, too: %s (%s)', b.rule, split_part(b.answer, ' ', 1))
)
from bad as b
where b.event ->> 'event_id' = 'evt_1'
order by b.no;

-- The service: the same again
select results_eq(
    $$
    select
        a.status collate "default", a.event_id collate "default", a.provider collate "default",
    a.restaurant_id collate "default", a.currency collate "default",
    a.event_type collate "default", a.entries,
        a.code collate "default", a.message, a.details, a.received_at
    from ingest_event(pg_temp.charge()) as a
    $$,
    $$
    values (
        'already_processed', 'evt_1', 'default', 'res_001', 'PEN', 'charge_succeeded', 2,
        null::text, null::text, null::jsonb, (select v.received_at from pg_temp.first as v)
    )
    $$,
    'answers a redelivery as it answered the first time'
);
select is(
    pg_temp.send(pg_temp.charge(s.change)), 'already_processed',
    'takes it for the same content: ' || s.what
)
from (
    values
    ('{"currency": "pen"}'::jsonb, 'the currency in small letters'),
    ('{"occurred_at": "2025-12-30T05:00:00-05:00"}', 'the same moment with another offset'),
    ('{"occurred_at": "2025-12-30 10:00:00.000Z"}', 'the same moment written otherwise'),
    ('{"sent_by": "somebody"}', 'a field that cuenta does not know'),
    ('{"provider": "default"}', 'the default provider by name'),
    (
        '{"metadata": {"table_id": "tbl_456", "reservation_id": "rsv_987"}}',
        'metadata in another order'
    )
) as s (change, what);
select is(
    pg_temp.send(pg_temp.charge('{"event_id": "evt_nofee"}') - 'fee'), 'processed',
    'a fee may be absent'
);
select is(
    pg_temp.send(pg_temp.charge('{"event_id": "evt_nofee", "fee": 0}')), 'already_processed',
    'an absent fee is a fee of 0'
);
select is(
    (select b.available::bigint from get_balance('res_001', 'PEN') as b), 23400::bigint,
    'redeliveries post nothing'
);

-- The service: the same id with other content
select results_eq(
    $$
    select a.status collate "default", a.event_id collate "default", a.provider collate "default",
    a.entries, a.code collate "default", a.details -> 'fields'
    from ingest_event(pg_temp.charge('{"amount": 13000}')) as a
    $$,
    $$values ('conflict', 'evt_1', 'default', 0, 'EVENT_ID_REUSED', '["amount"]'::jsonb)$$,
    'rejects a reused id with another amount (conflict)'
);
select is(
    pg_temp.send(pg_temp.charge(c.change)), 'conflict EVENT_ID_REUSED ' || c.fields,
    format('a reused id with other %s is a conflict', c.fields)
)
from (
    values
    ('{"fee": 601}'::jsonb, '["fee"]'),
    ('{"fee": 0}', '["fee"]'),
    ('{"currency": "USD"}', '["currency"]'),
    ('{"restaurant_id": "res_002"}', '["restaurant_id"]'),
    ('{"occurred_at": "2025-12-30T10:00:01Z"}', '["occurred_at"]'),
    ('{"metadata": {"table_id": "tbl_457"}}', '["metadata"]'),
    ('{"metadata": {}}', '["metadata"]'),
    ('{"payout_id": "po_1"}', '["payout_id"]')
) as c (change, fields);
select is(
    (
        select a.details -> 'fields' @> '["event_type"]' and a.status = 'conflict'
        from ingest_event(pg_temp.charge('{"event_type": "refund_succeeded", "fee": 0}')) as a
    ),
    true,
    'a reused id with another event type is a conflict'
);
select is(
    (
        select a.details -> 'fields' @> '["amount", "fee"]' and jsonb_array_length(
            a.details -> 'fields'
        ) = 2
        from ingest_event(pg_temp.charge('{"amount": 1, "fee": 2}')) as a
    ),
    true,
    'a conflict names every field that differs'
);
select is(
    pg_temp.send(pg_temp.charge() - 'metadata'), 'conflict EVENT_ID_REUSED ["metadata"]',
    'metadata left out is other content'
);
select is(
    pg_temp.send(pg_temp.charge('{"amount": 13000}')), 'conflict EVENT_ID_REUSED ["amount"]',
    'a conflict stays a conflict'
);
select is(
    pg_temp.send(pg_temp.charge()), 'already_processed', 'and the first content stays a success'
);
reset role;
select is(
    (
        select count(*)
        from ledger.event_rejections as r
        where r.status = 'conflict' and r.event_id = 'evt_1' and r.code = 'EVENT_ID_REUSED'
    ),
    13::bigint,
    'every conflict is recorded'
);
select is(
    (select count(*) from ledger.ledger_entries), 3::bigint, 'a conflict posts nothing'
);
select is_empty(
    $$select r.restaurant_id from ledger.restaurants as r where r.restaurant_id = 'res_002'$$,
    'a conflict registers no restaurant'
);
set local role cuenta_app;

-- The service: what is not the same event
select is(
    pg_temp.send(pg_temp.charge('{"provider": "other"}')), 'processed',
    'the same id of another provider is another event'
);
select is(
    pg_temp.send(pg_temp.charge('{"event_id": "EVT_1"}')), 'processed', 'ids are told apart by case'
);

-- The service: how things may be written
select is(
    pg_temp.send(
        pg_temp.charge(jsonb_build_object('event_id', 'evt_at_' || o.no, 'occurred_at', o.written))
    ),
    'processed',
    format('understands %s', o.written)
)
from (
    values
    (1, '2025-12-30T10:00Z'), (2, '2025-12-30 10:00:00+00:00'), (3, '2025-12-30T05:00:00-0500'),
    (4, '2025-12-30T05:00:00-05'), (5, '2025-12-30T10:00:00.123456Z'),
    (6, '2025-12-30T15:30:00+05:30')
) as o (no, written);
reset role;
select is(
    (
        select count(distinct date_trunc('second', v.occurred_at))
        from ledger.processor_events as v
        where v.event_id ~ '^evt_at_'
    ),
    1::bigint,
    'all of them as the same moment'
);
set local role cuenta_app;
select is(
    pg_temp.send(
        pg_temp.charge(
            jsonb_build_object('event_id', 'evt_ahead', 'occurred_at', now() + interval '5 minutes')
        )
    ),
    'processed',
    'five minutes ahead are taken for a clock that is fast'
);
select results_eq(
    $$
    select a.status collate "default", a.currency collate "default"
    from ingest_event(pg_temp.charge('{"event_id": "evt_usd", "currency": "usd"}')) as a
    $$,
    $$values ('processed', 'USD')$$,
    'a currency in small letters is folded'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            jsonb_build_object(
                'event_id', repeat('e', 128), 'provider', repeat('p', 64),
                'restaurant_id', 'R' || repeat('.', 60) || '_:-'
            )
        )
    ),
    'processed',
    'ids may be as long as they may be'
);
select is(
    pg_temp.send(pg_temp.charge('{"event_id": "evt_nometa"}') - 'metadata'), 'processed',
    'metadata may be absent'
);
select is(
    pg_temp.send(
        pg_temp.charge('{"event_id": "evt_one", "amount": 1, "fee": 0, "restaurant_id": "res_one"}')
    ),
    'processed',
    'one minor unit is an amount'
);

-- The service: a refund, and a fee larger than the charge
select results_eq(
    $$
    select a.status collate "default", a.entries
    from ingest_event(
        pg_temp.charge(
            '{"event_id": "evt_refund", "event_type": "refund_succeeded", "amount": 5, "fee": 0,
            "restaurant_id": "res_one"}'
        )
    ) as a
    $$,
    $$values ('processed', 1)$$,
    'posts a refund, also one larger than what there is'
);
select is(
    (select b.available::bigint from get_balance('res_one', 'PEN') as b), -4::bigint,
    'the refund leaves a debt'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_costly", "amount": 1, "fee": 3, "restaurant_id": "res_one"}'
        )
    ),
    'processed',
    'a fee may be larger than its charge'
);
select is(
    (select b.available::bigint from get_balance('res_one', 'PEN') as b), -6::bigint,
    'and takes the difference'
);

-- The service: at the edge of what a balance can hold
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_max", "restaurant_id": "res_max", "fee": 0,
            "amount": 9007199254740991}'
        )
    ),
    'processed',
    '2^53 - 1 is an amount'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_over", "restaurant_id": "res_max", "amount": 1, "fee": 0}'
        )
    ),
    'rejected BALANCE_OUT_OF_RANGE amount',
    'rejects what the balance could not hold (BALANCE_OUT_OF_RANGE)'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_refund_max", "event_type": "refund_succeeded",
            "restaurant_id": "res_one",
            "amount": 9007199254740991, "fee": 0}'
        )
    ),
    'rejected BALANCE_OUT_OF_RANGE amount',
    'nor can a debt be larger than that (BALANCE_OUT_OF_RANGE)'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_refund_max", "event_type": "refund_succeeded",
            "restaurant_id": "res_one",
            "amount": 9007199254740991, "fee": 1}'
        )
    ),
    'rejected FEE_NOT_ALLOWED fee',
    'what an event may never be comes before what there is no room for (FEE_NOT_ALLOWED)'
);
select is(
    (select b.available::bigint from get_balance('res_max', 'PEN') as b), 9007199254740991,
    'and the balance stays as it was'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_over_fee", "restaurant_id": "res_max", "amount": 10, "fee": 9}'
        )
    ),
    'rejected BALANCE_OUT_OF_RANGE amount',
    'rejects a charge whose fee leaves too much of it (BALANCE_OUT_OF_RANGE)'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_fee_all", "restaurant_id": "res_max", "amount": 10, "fee": 10}'
        )
    ),
    'rejected BALANCE_OUT_OF_RANGE amount',
    'and one whose fee uses it up: each entry''s balance must be one (BALANCE_OUT_OF_RANGE)'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_less", "restaurant_id": "res_max", "amount": 10, "fee": 0,
            "event_type": "refund_succeeded"}'
        )
    ),
    'processed',
    'takes a refund, which makes room'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_room", "restaurant_id": "res_max", "amount": 10, "fee": 0}'
        )
    ),
    'processed',
    'takes what fills the room exactly'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_debt", "restaurant_id": "res_one", "fee": 0,
            "amount": 9007199254740991}'
        )
    ),
    'processed',
    'takes the largest charge on top of a debt'
);
select is(
    (select b.available::bigint from get_balance('res_one', 'PEN') as b), 9007199254740985,
    'which it makes good'
);

select is(
    array[
        pg_temp.send(
            pg_temp.charge(
                '{"event_id": "evt_full", "restaurant_id": "res_full", "fee": 0,
                "amount": 9007199254740991, "payment_id": "pay_full"}'
            )
        ),
        pg_temp.send(
            pg_temp.charge(
                '{"event_id": "evt_full_2", "restaurant_id": "res_full", "fee": 0,
                "amount": 9007199254740991, "payment_id": "pay_full"}'
            )
        )
    ],
    '{processed,already_processed}',
    'a payment that is told under another id needs no room'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_full_3", "restaurant_id": "res_full", "fee": 0, "amount": 1,
            "payment_id": "pay_full"}'
        )
    ),
    'conflict SUBJECT_REUSED ["amount"]',
    'nor does one that is told otherwise (SUBJECT_REUSED)'
);
select is(
    (
        select array_agg(concat_ws(' ', a.status, a.code) order by a.item)
        from ingest_events(
            jsonb_build_array(
                pg_temp.charge(
                    '{"event_id": "evt_full_4", "restaurant_id": "res_full", "fee": 0,
                    "amount": 9007199254740991, "payment_id": "pay_full"}'
                ),
                pg_temp.charge(
                    '{"event_id": "evt_full_5", "restaurant_id": "res_full", "fee": 0,
                    "amount": 1, "payment_id": "pay_full"}'
                )
            )
        ) as a
    ),
    '{already_processed,conflict SUBJECT_REUSED}',
    'in an array neither (SUBJECT_REUSED)'
);
select is(
    pg_temp.send(
        pg_temp.charge(
            '{"event_id": "evt_full_6", "restaurant_id": "res_full", "fee": 0, "amount": 1,
            "payment_id": "pay_full", "provider": "other"}'
        )
    ),
    'rejected BALANCE_OUT_OF_RANGE amount',
    'the payment of another processor is another one (BALANCE_OUT_OF_RANGE)'
);

-- The service: payouts. One under way, of 23400 + 12000 ... for res_pay alone.
select is(
    pg_temp.send(
        pg_temp.charge('{"event_id": "evt_pay", "restaurant_id": "res_pay", "currency": "MXN"}')
    ),
    'processed',
    'a charge to pay out'
);
select is(
    (select r.payouts_created from run_payouts('MXN', '2025-12-30') as r), 1,
    'a payout to report on'
);
reset role;
create temporary table known as
select p.payout_id from ledger.payouts as p where p.restaurant_id = 'res_pay';
grant select on known to public;
create function pg_temp.report(p_change jsonb default '{}') returns jsonb
language sql stable
return (
    select
        jsonb_build_object(
            'event_id', 'evt_paid', 'event_type', 'payout_paid', 'occurred_at',
            '2025-12-31T15:00:00Z',
            'restaurant_id', 'res_pay', 'currency', 'MXN', 'amount', 11400, 'payout_id', k.payout_id
        ) || p_change
    from pg_temp.known as k
);
set local role cuenta_app;
select is(
    pg_temp.send(pg_temp.report('{"payout_id": "po_00000000000000000000000000000000"}')),
    'rejected PAYOUT_NOT_FOUND payout_id',
    'rejects a report on a payout that does not exist (PAYOUT_NOT_FOUND)'
);
select is(
    pg_temp.send(pg_temp.report('{"payout_id": 7}')), 'rejected PAYOUT_NOT_FOUND payout_id',
    'rejects a payout_id that is no string (PAYOUT_NOT_FOUND)'
);
select is(
    pg_temp.send(
        pg_temp.report(
            '{"payout_id": "po_0", "restaurant_id": "res_ghost", "event_id": "evt_ghost"}'
        )
    ),
    'rejected PAYOUT_NOT_FOUND payout_id',
    'rejects a report on no payout for an unknown restaurant (PAYOUT_NOT_FOUND)'
);
select throws_ok(
    'select * from get_balance(''res_ghost'', ''MXN'')', 'LNRES',
    'restaurant ''res_ghost'' does not exist',
    'which does not become known by it'
);
select is(
    pg_temp.send(pg_temp.report(m.change)), 'rejected PAYOUT_MISMATCH ' || m.fields,
    format('rejects a report whose %s is not the payout''s (PAYOUT_MISMATCH)', m.fields)
)
from (
    values
    ('{"amount": 11399}'::jsonb, '["amount"]'),
    ('{"currency": "USD"}', '["currency"]'),
    ('{"restaurant_id": "res_001"}', '["restaurant_id"]'),
    ('{"event_type": "payout_failed", "amount": 1}', '["amount"]')
) as m (change, fields);
select is(
    (
        select a.details -> 'fields' @> '["currency", "amount"]'
        from ingest_event(pg_temp.report('{"currency": "USD", "amount": 1}')) as a
    ),
    true,
    'a mismatch names every field that differs'
);
select is(
    (select b.reserved from get_balance('res_pay', 'MXN') as b), 11400::bigint,
    'refused reports leave the money reserved'
);
select results_eq(
    'select a.status, a.entries, a.code from ingest_event(pg_temp.report()) as a',
    $$values ('processed', 1, null::text)$$,
    'posts the report that the payout was paid, refused under the same id before'
);
select results_eq(
    $$
    select p.status collate "default", p.paid_at, p.failed_at
    from get_payout((select k.payout_id from known as k)) as p
    $$,
    $$values ('PAID', '2025-12-31T15:00:00Z'::timestamptz, null::timestamptz)$$,
    'the payout is PAID, at the time the processor says'
);
select is(
    (select b.reserved + b.total::bigint from get_balance('res_pay', 'MXN') as b), 0::bigint,
    'the reserved money is released'
);
select is(pg_temp.send(pg_temp.report()), 'already_processed', 'a redelivered report is a success');
select is(
    pg_temp.send(pg_temp.report('{"payout_id": "po_0"}')), 'conflict EVENT_ID_REUSED ["payout_id"]',
    'a reused id with another payout is a conflict'
);
select results_eq(
    $$
    select a.status collate "default", a.entries, a.code collate "default"
    from ingest_event(pg_temp.report('{"event_id": "evt_paid_2"}')) as a
    $$,
    $$values ('processed', 0, 'NO_EFFECT')$$,
    'a second report that it was paid is kept and has no effect (NO_EFFECT)'
);
select results_eq(
    $$
    select a.status collate "default", a.entries, a.code collate "default"
    from ingest_event(pg_temp.report('{"event_id": "evt_paid_2"}')) as a
    $$,
    $$values ('already_processed', 0, 'NO_EFFECT')$$,
    'and is answered so again (NO_EFFECT)'
);
select is(
    pg_temp.send(
        (pg_temp.report('{"event_id": "evt_paid_3"}') - 'payout_id')
        || jsonb_build_object(
            'metadata', jsonb_build_object('payout_id', (select k.payout_id from known as k))
        )
    ),
    'processed NO_EFFECT',
    'payout_id may stand in metadata'
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

-- The service: a payout that was canceled
reset role;
select is(
    pg_temp.send(
        pg_temp.charge('{"event_id": "evt_c", "restaurant_id": "res_cancel", "currency": "CLP"}')
    ),
    'processed',
    'a charge for a payout that will be canceled'
);
select is(
    (select r.payouts_created from api.run_payouts('CLP', '2025-12-30') as r), 1, 'its payout'
);
update known
set payout_id = (select p.payout_id from ledger.payouts as p where p.restaurant_id = 'res_cancel');
create function pg_temp.report_c(p_type text, p_hour text) returns text
language sql
as $$
select pg_temp.send(
    pg_temp.report(
        jsonb_build_object(
            'event_id', 'evt_' || p_type || p_hour, 'event_type', p_type,
            'occurred_at', format('2025-12-31T%s:00:00Z', p_hour)
        )
        || '{"restaurant_id": "res_cancel", "currency": "CLP"}'
    )
)
$$;
set local role cuenta_app;
select is(pg_temp.report_c('payout_canceled', '15'), 'processed', 'the processor cancels it');
select results_eq(
    'select b.available::bigint, b.reserved from get_balance(''res_cancel'', ''CLP'') as b',
    'values (11400::bigint, 0::bigint)', 'the money is available again'
);
select is(
    pg_temp.report_c('payout_paid', '15'), 'processed NO_EFFECT',
    'that it was paid in the same instant is overtaken: money is never thought gone (NO_EFFECT)'
);
select is(
    pg_temp.report_c('payout_paid', '16'), 'rejected PAYOUT_STATE_CONFLICT payout_id',
    'rejects payout_paid for a CANCELED payout (PAYOUT_STATE_CONFLICT)'
);
select is(
    pg_temp.report_c('payout_failed', '17'), 'processed NO_EFFECT',
    'that it failed changes nothing: the money is there already (NO_EFFECT)'
);
select results_eq(
    'select b.available::bigint, b.reserved from get_balance(''res_cancel'', ''CLP'') as b',
    'values (11400::bigint, 0::bigint)', 'and stays where it is'
);
select is(
    pg_temp.report_c('payout_fee_charged', '18'), 'processed',
    'the processor may take a fee for it, of any amount'
);
select is(
    (select b.available::bigint from get_balance('res_cancel', 'CLP') as b), 0::bigint,
    'which the restaurant bears'
);

-- Others
reset role;
set local role cuenta_operator;
select is(
    pg_temp.send(pg_temp.charge()), 'already_processed',
    'people get the same answers as the service'
);
reset role;
set local role cuenta_reader;
select throws_ok(
    'select * from api.ingest_event(''{}'')', '42501',
    'permission denied for function ingest_event',
    'readers cannot send events (42501)'
);
reset role;

select * from finish();
rollback;
