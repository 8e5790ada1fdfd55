-- What people do: adjustments, holds, write-offs, and taking back what was a mistake.
begin;
select plan(104);

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
create function pg_temp.money(p_restaurant_id text default 'res_001') returns text
language sql
as $$
select format('%s %s %s', b.available, b.reserved, b.held)
from api.get_balance(p_restaurant_id, 'PEN') as b
$$;
-- What each function answers: status, code and number of entries, then the details.
create function pg_temp.short(p_answer jsonb) returns text
language sql
as $$
select concat_ws(
    ' ', a.answer ->> 'status', a.answer ->> 'code', a.answer ->> 'entries',
    nullif(coalesce(nullif(a.answer -> 'details', 'null'), '{}') - 'field', '{}')
)
from (select p_answer) as a (answer)
$$;
create function pg_temp.adjust(
    p_amount bigint, p_reference text, p_reason text default 'why', p_actor text default 'ana',
    p_currency text default 'PEN', p_restaurant_id text default 'res_001'
)
returns text
language sql
as $$
select pg_temp.short(to_jsonb(a))
from api.post_adjustment(
    p_restaurant_id, p_currency, p_amount, p_reason, p_reference, p_actor
) as a
$$;
create function pg_temp.hold(p_amount bigint, p_reference text, p_reason text default 'why')
returns text
language sql
as $$
select pg_temp.short(to_jsonb(a))
from api.hold_funds('res_001', 'PEN', p_amount, p_reason, p_reference, 'ana') as a
$$;
create function pg_temp.release(
    p_hold_id text, p_amount bigint, p_reference text, p_reason text default 'why'
)
returns text
language sql
as $$
select pg_temp.short(to_jsonb(a)) from api.release_hold(p_hold_id, p_amount, p_reason, p_reference, 'ana') as a
$$;
create function pg_temp.forgive(
    p_amount bigint, p_reference text, p_restaurant_id text default 'res_001'
)
returns text
language sql
as $$
select pg_temp.short(to_jsonb(a))
from api.write_off_debt(p_restaurant_id, 'pen', p_amount, 'why', p_reference, 'ana') as a
$$;
create function pg_temp.undo(
    p_event_id text, p_reference text, p_provider text default 'default'
)
returns text
language sql
as $$
select pg_temp.short(to_jsonb(a)) from api.reverse_event(p_event_id, 'why', p_reference, p_provider, 'ana') as a
$$;

set local role cuenta_operator;

-- People: nothing for who is not known, nothing of what only they may say
select is(
    pg_temp.adjust(100, 'ref_0'), 'rejected RESTAURANT_UNKNOWN 0',
    'a restaurant that nobody has told of is not made known by a person (RESTAURANT_UNKNOWN)'
);
select is(
    pg_temp.tell('c_0', t.event_type, 100, '{"reason": "why", "actor": "ana"}'),
    'rejected EVENT_TYPE_UNKNOWN 0',
    format('a processor cannot tell of %s (EVENT_TYPE_UNKNOWN)', t.event_type)
)
from (
    values
    ('adjustment_credited'), ('adjustment_debited'), ('funds_held'), ('funds_released'),
    ('debt_written_off'), ('event_reversed'), ('payout_withdrawn')
) as t (event_type);
select is(
    pg_temp.tell('c_0', t.event_type, 100, '{"provider": "operator"}'),
    'rejected PROVIDER_RESERVED 0',
    format('nor of %s in a person''s name (PROVIDER_RESERVED)', t.event_type)
)
from (values ('charge_succeeded'), ('adjustment_credited')) as t (event_type);
select is(
    pg_temp.tell('c_1', 'charge_succeeded', 10000, '{"fee": 300, "payment_id": "pay_1"}'),
    'processed 2', 'a charge'
);

-- People: adjustments
select is(pg_temp.adjust(500, 'ref_1'), 'processed 1', 'money is given');
select is(pg_temp.adjust(500, 'ref_1'), 'already_processed 1', 'once: the reference is its id');
select is(
    pg_temp.adjust(c.amount, 'ref_1', c.reason, c.actor, c.currency, c.restaurant_id),
    'conflict EVENT_ID_REUSED 0 {"fields": ' || c.fields || '}',
    format('with other %s it is a conflict (EVENT_ID_REUSED)', c.fields)
)
from (
    values
    (501, 'why', 'ana', 'PEN', 'res_001', '["amount"]'),
    (-500, 'why', 'ana', 'PEN', 'res_001', '["event_type"]'),
    (500, 'because', 'ana', 'PEN', 'res_001', '["reason"]'),
    (500, 'why', 'bob', 'PEN', 'res_001', '["actor"]'),
    (500, 'why', 'ana', 'USD', 'res_001', '["currency"]'),
    (500, 'why', 'ana', 'PEN', 'res_009', '["restaurant_id"]')
) as c (amount, reason, actor, currency, restaurant_id, fields);
select is(pg_temp.adjust(-700, 'ref_2', p_currency => 'pen'), 'processed 1', 'money is taken');
select is(pg_temp.money(), '9500 0 0', 'as much as said');
select is(
    pg_temp.adjust(a.amount, 'ref_3'), 'rejected AMOUNT_INVALID 0',
    format('an adjustment of %s is none (AMOUNT_INVALID)', coalesce(a.amount::text, 'nothing'))
)
from (values (0::bigint), (9007199254740992), (-9223372036854775808)) as a (amount);
select is(
    pg_temp.adjust(null, 'ref_3'), 'rejected FIELD_MISSING 0',
    'an adjustment of nothing is none (FIELD_MISSING)'
);
select is(
    pg_temp.adjust(5, 'ref_3', p_currency => 'ZZZ'), 'rejected CURRENCY_UNKNOWN 0',
    'a currency is one of ISO 4217 (CURRENCY_UNKNOWN)'
);
select is(
    pg_temp.adjust(5, 'a b'), 'rejected EVENT_ID_INVALID 0',
    'a reference is written as an event''s id (EVENT_ID_INVALID)'
);
select is(
    pg_temp.adjust(5, 'ref_3', p_currency => 'USD'), 'processed 1',
    'a person may open an account in another currency'
);
select throws_ok(
    $$select * from post_adjustment('res_001', 'PEN', 5, ' ', 'ref_4')$$, 'LURSN',
    'reason must be 1 to 500 characters, not all of them blank', 'a reason is words (LURSN)'
);
select throws_ok(
    $$select * from post_adjustment('res_001', 'PEN', 5, 'why', 'ref_4', ' ')$$, 'LUACT', null,
    'an actor is a name (LUACT)'
);
select throws_ok(
    $$select * from post_adjustment('res_001', 'PEN', 5, null, 'ref_4')$$, 'LBARG',
    'reason is missing', 'there is a reason (LBARG)'
);
select throws_ok(
    $$select * from post_adjustment('res_001', 'PEN', 5, 'why', null)$$, 'LBARG',
    'reference is missing', 'there is a reference (LBARG)'
);
select is(
    (select a.status from post_adjustment('res_001', 'PEN', 1, 'why', 'ref_5') as a), 'processed',
    'without an actor it is the login'
);
reset role;
select results_eq(
    $$
    select e.event_id collate "default", e.payload ->> 'reason', e.payload ->> 'actor'
    from ledger.processor_events as e
    where e.provider = 'operator' and e.event_id in ('ref_2', 'ref_5')
    order by e.event_no
    $$,
    $$values ('ref_2', 'why', 'ana'), ('ref_5', 'why', session_user::text collate "default")$$,
    'who did it and why is kept'
);
set local role cuenta_operator;
select is(pg_temp.adjust(199, 'ref_6'), 'processed 1', 'back to 9700');

-- People: holds
select is(pg_temp.hold(4000, 'hold_1'), 'processed 1', 'money is held back');
select is(pg_temp.hold(4000, 'hold_1'), 'already_processed 1', 'once');
select is(
    pg_temp.hold(4001, 'hold_1'), 'conflict EVENT_ID_REUSED 0 {"fields": ["amount"]}',
    'a hold does not change (EVENT_ID_REUSED)'
);
select is(pg_temp.money(), '5700 0 4000', 'it is not available, but still the restaurant''s');
select is(
    (
        select r.payouts_amount::bigint
        from run_payouts('PEN', '2025-12-30', p_restaurant_ids => array['res_001']) as r
    ),
    5700::bigint, 'a run pays what is left'
);
select is(
    pg_temp.release('hold_1', 1500, 'rel_1'), 'processed 1', 'a part of it is released'
);
select is(pg_temp.release('hold_1', 1500, 'rel_1'), 'already_processed 1', 'once');
select is(pg_temp.money(), '1500 5700 2500', 'and available');
select is(
    pg_temp.release('hold_1', 2501, 'rel_2'), 'rejected AMOUNT_EXCEEDS_HOLD 0 {"left": 2500}',
    'no more than is left of it (AMOUNT_EXCEEDS_HOLD)'
);
select is(pg_temp.hold(300, 'hold_2'), 'processed 1', 'another hold');
select is(
    pg_temp.release('hold_1', 2501, 'rel_2'), 'rejected AMOUNT_EXCEEDS_HOLD 0 {"left": 2500}',
    'does not make it more (AMOUNT_EXCEEDS_HOLD)'
);
select is(pg_temp.release('hold_1', 2500, 'rel_2'), 'processed 1', 'the rest of it is released');
select is(
    pg_temp.release('hold_1', 1, 'rel_3'), 'rejected AMOUNT_EXCEEDS_HOLD 0 {"left": 0}',
    'then nothing is left (AMOUNT_EXCEEDS_HOLD)'
);
select is(
    pg_temp.release('hold_1', 2, 'rel_1'),
    'conflict EVENT_ID_REUSED 0 {"fields": ["amount"]}', 'a release does not change (EVENT_ID_REUSED)'
);
select throws_ok(
    format('select * from release_hold(%L, 1, ''why'', ''rel_4'')', h.hold_id), 'LNHLD',
    format('hold ''%s'' does not exist', h.hold_id), format('%s is no hold (LNHLD)', h.hold_id)
)
from (values ('hold_9'), ('ref_1'), ('c_1')) as h (hold_id);
select is(pg_temp.money(), '3700 5700 300', 'what is held is what was not released');
select is(
    pg_temp.undo('hold_2', 'rev_0', 'operator'),
    'rejected EVENT_NOT_REVERSIBLE 0 {"event_type": "funds_held"}',
    'a hold is released, not taken back (EVENT_NOT_REVERSIBLE)'
);

-- People: debts given up
select is(
    pg_temp.forgive(1, 'off_0'), 'rejected AMOUNT_EXCEEDS_DEBT 0 {"debt": 0}',
    'who owes nothing is forgiven nothing (AMOUNT_EXCEEDS_DEBT)'
);
select is(
    pg_temp.tell('c_2', 'refund_succeeded', 900, '{"restaurant_id": "res_002"}'), 'processed 1',
    'a debt of 900'
);
select is(
    pg_temp.tell(
        'c_3', 'charge_succeeded', 1000,
        jsonb_build_object(
            'restaurant_id', 'res_002', 'occurred_at', now(),
            'available_on', (now() + interval '9 days')::date
        )
    ),
    'processed 1', 'and 1000 that are pending'
);
select is(
    pg_temp.forgive(901, 'off_1', 'res_002'), 'rejected AMOUNT_EXCEEDS_DEBT 0 {"debt": 900}',
    'no more is given up than is owed (AMOUNT_EXCEEDS_DEBT)'
);
select is(pg_temp.forgive(500, 'off_1', 'res_002'), 'processed 1', 'a part of it is');
select is(pg_temp.forgive(500, 'off_1', 'res_002'), 'already_processed 1', 'once');
select is(
    pg_temp.forgive(401, 'off_2', 'res_002'), 'rejected AMOUNT_EXCEEDS_DEBT 0 {"debt": 400}',
    'then less is owed (AMOUNT_EXCEEDS_DEBT)'
);
select is(pg_temp.forgive(400, 'off_2', 'res_002'), 'processed 1', 'the rest');
select is(pg_temp.money('res_002'), '0 0 0', 'nothing is owed');
select is(
    (
        select pg_temp.short(to_jsonb(a))
        from write_off_debt('res_002', 'USD', 1, 'why', 'off_3', 'ana') as a
    ),
    'rejected AMOUNT_EXCEEDS_DEBT 0 {"debt": 0}',
    'nothing is owed in a currency that has never been used (AMOUNT_EXCEEDS_DEBT)'
);
select is(
    pg_temp.undo('off_1', 'rev_1', 'operator'), 'processed 1', 'a debt given up is claimed again'
);
select is(pg_temp.money('res_002'), '-500 0 0', 'and owed');

-- People: what was a mistake
select is(
    pg_temp.tell('c_4', 'charge_succeeded', 2000, '{"fee": 60, "restaurant_id": "res_003", "payment_id": "pay_4"}'),
    'processed 2', 'a charge with a fee'
);
select is(pg_temp.undo('c_4', 'rev_2'), 'processed 2', 'is taken back: both its entries');
select is(pg_temp.money('res_003'), '0 0 0', 'as if it had not been');
select is(pg_temp.undo('c_4', 'rev_2'), 'already_processed 2', 'once');
select is(
    pg_temp.undo('c_4', 'rev_3'), 'rejected REVERSED_BEFORE 0 {"event_id": "rev_2"}',
    'not again under another reference (REVERSED_BEFORE)'
);
select is(
    pg_temp.tell('r_4', 'refund_succeeded', 1, '{"restaurant_id": "res_003", "payment_id": "pay_4"}'),
    'rejected AMOUNT_EXCEEDS_PAYMENT 0',
    'a charge taken back is not refundable any more (AMOUNT_EXCEEDS_PAYMENT)'
);
select is(
    pg_temp.undo('rev_2', 'rev_4', 'operator'),
    'rejected EVENT_NOT_REVERSIBLE 0 {"event_type": "event_reversed"}',
    'what takes back is not taken back (EVENT_NOT_REVERSIBLE)'
);
reset role;
select results_eq(
    $$
    select l.entry_type collate "default", l.amount, l.available_on
    from ledger.ledger_entries as l
    where l.restaurant_id = 'res_003'
    order by l.entry_seq
    $$,
    $$
    values
    ('CHARGE', 2000::bigint, '2025-12-30'::date), ('FEE', 60, '2025-12-30'),
    ('CHARGE_REVERSAL', 2000, '2025-12-30'), ('FEE_REVERSAL', 60, '2025-12-30')
    $$,
    'each entry has its mirror, of the day of what it mirrors'
);
set local role cuenta_operator;
select is(
    pg_temp.tell('c_5', 'charge_succeeded', 2000, '{"restaurant_id": "res_003", "payment_id": "pay_5"}'),
    'processed 1', 'another charge'
);
select is(
    pg_temp.tell(
        'r_5', 'refund_succeeded', 500,
        '{"restaurant_id": "res_003", "payment_id": "pay_5", "refund_id": "re_5"}'
    ),
    'processed 1', 'with a refund'
);
select is(
    pg_temp.undo('c_5', 'rev_5'), 'rejected EVENT_IN_USE 0 {"left": 1500}',
    'while a refund stands on it, it stays (EVENT_IN_USE)'
);
select is(pg_temp.undo('r_5', 'rev_6'), 'processed 1', 'the refund is taken back');
select is(
    pg_temp.tell('f_5', 'refund_failed', 500, '{"restaurant_id": "res_003", "refund_id": "re_5"}'),
    'processed NO_EFFECT 0', 'that it failed brings the money no second time (NO_EFFECT)'
);
select is(
    pg_temp.tell(
        'r_6', 'refund_succeeded', 2000,
        '{"restaurant_id": "res_003", "payment_id": "pay_5", "refund_id": "re_6"}'
    ),
    'processed 1', 'what it took can be refunded again'
);
select is(
    pg_temp.tell('f_6', 'refund_failed', 2000, '{"restaurant_id": "res_003", "refund_id": "re_6"}'),
    'processed 1', 'a refund that failed'
);
select is(
    pg_temp.undo('r_6', 'rev_7'), 'rejected EVENT_IN_USE 0 {"event_id": "f_6"}',
    'is not taken back besides (EVENT_IN_USE)'
);
select is(
    pg_temp.undo('f_6', 'rev_7'), 'rejected EVENT_NOT_REVERSIBLE 0 {"event_type": "refund_failed"}',
    'nor is its failure (EVENT_NOT_REVERSIBLE)'
);
select is(pg_temp.undo('c_5', 'rev_8'), 'processed 1', 'with nothing on it the charge is taken back');
select is(pg_temp.money('res_003'), '0 0 0', 'as if nothing had been');
select is(
    pg_temp.tell(
        'd_6', 'dispute_opened', 10, '{"restaurant_id": "res_003", "dispute_id": "dp_6"}'
    ),
    'processed 1', 'a dispute'
);
select is(
    pg_temp.undo('d_6', 'rev_9'), 'rejected EVENT_NOT_REVERSIBLE 0 {"event_type": "dispute_opened"}',
    'is ended by the processor, not by a person (EVENT_NOT_REVERSIBLE)'
);
select is(pg_temp.undo(u.event_id, 'rev_' || u.event_id, u.provider), 'processed 1', u.what)
from (
    values ('ref_1', 'operator', 'money given is taken back'), ('ref_2', 'operator', 'and money taken')
) as u (event_id, provider, what);
select is(
    pg_temp.tell(e.event_id, e.type, e.amount, '{"restaurant_id": "res_004"}'), 'processed 1', e.type
)
from (values ('g_1', 'fee_charged', 9), ('g_2', 'fee_refunded', 4)) as e (event_id, type, amount);
select is(pg_temp.undo(u.event_id, 'rev_' || u.event_id), 'processed 1', u.event_id || ' is taken back')
from (values ('g_1'), ('g_2')) as u (event_id);
select is(pg_temp.money('res_004'), '0 0 0', 'both fees');
select throws_ok(
    $$select * from reverse_event('none', 'why', 'rev_10')$$, 'LNEVT',
    'event ''none'' is not in the book', 'what is not there is not taken back (LNEVT)'
);
select throws_ok(
    $$select * from reverse_event('c_4', 'why', 'rev_10', 'other')$$, 'LNEVT',
    'event ''c_4'' is not in the book', 'nor of another provider (LNEVT)'
);
select is(
    pg_temp.tell(
        'c_7', 'charge_succeeded', 1000,
        jsonb_build_object(
            'restaurant_id', 'res_005', 'occurred_at', now(), 'fee', 100, 'payment_id', 'pay_7',
            'available_on', (now() + interval '9 days')::date
        )
    ),
    'processed 2', 'a charge that is pending'
);
select is(pg_temp.undo('c_7', 'rev_11'), 'processed 2', 'is taken back');
select results_eq(
    'select b.available::bigint, b.pending::bigint from get_balance(''res_005'', ''PEN'') as b',
    'values (0::bigint, 0::bigint)', 'where it was: nothing is pending, nothing is owed'
);
select is(
    pg_temp.tell('c_8', 'charge_succeeded', 1, '{"restaurant_id": "res_006", "payment_id": "pay_8"}'),
    'processed 1', 'a charge of one restaurant'
);
select is(
    (select s.closed from set_restaurant('res_006', p_closed => true) as s), true, 'which closes'
);
select is(
    pg_temp.adjust(10, 'ref_20', p_restaurant_id => 'res_006'), 'processed 1',
    'people may still correct what there was'
);
select is(pg_temp.undo('c_8', 'rev_12'), 'processed 1', 'and take it back');

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
