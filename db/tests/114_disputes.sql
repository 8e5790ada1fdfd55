-- Disputes: money held back until they end, and what their ends do in any order.
begin;
select plan(65);

-- An event about restaurant, payment and dispute of one name; answered by status, code, entries.
create function pg_temp.tell(
    p_name text, p_event_type text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, a.entries)
from api.ingest_event(
    jsonb_build_object(
        'event_id', format('%s_%s', p_name, p_event_type), 'event_type', p_event_type,
        'amount', p_amount, 'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', p_name,
        'currency', 'PEN', 'payment_id', 'pay_' || p_name, 'dispute_id', 'dp_' || p_name
    ) || p_change
) as a
$$;
create function pg_temp.charge(p_name text) returns text
language sql
as $$
select pg_temp.tell(p_name, 'charge_succeeded', 10000, '{"fee": 300, "dispute_id": null}')
$$;
create function pg_temp.money(p_name text) returns text
language sql
as $$
select format('%s %s', b.available, b.held) from api.get_balance(p_name, 'PEN') as b
$$;

set local role cuenta_app;

-- The service: how a dispute goes
select is(pg_temp.charge(n.name), 'processed 2', format('a charge of 10000, fee 300: %s', n.name))
from (
    values ('won'), ('lost'), ('back'), ('same'), ('same2'), ('late'), ('part'), ('full'), ('odd')
) as n (name);
select is(pg_temp.tell(r.name, r.type, r.amount, r.change::jsonb), r.answer, r.what)
from (
    values
    ('won', 'dispute_opened', 10000, '{"fee": 1500}', 'processed 2', 'a dispute is opened'),
    (
        'won', 'dispute_opened', 10000,
        '{"fee": 1500, "event_id": "again", "occurred_at": "2025-12-30T11:00:00Z"}',
        'already_processed 2', 'told under another id it is known'
    ),
    (
        'won', 'dispute_opened', 10000,
        '{"fee": 1500, "event_id": "meta", "dispute_id": null,
        "metadata": {"dispute_id": "dp_won"}}',
        'already_processed 2', 'its name may stand in metadata'
    ),
    (
        'won', 'dispute_opened', 10000, '{"fee": 1499, "event_id": "again"}',
        'conflict SUBJECT_REUSED 0', 'and with another fee a conflict (SUBJECT_REUSED)'
    ),
    (
        'won', 'dispute_opened', 1, '{"event_id": "second", "dispute_id": "dp_second"}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0',
        'a second dispute of the same payment finds nothing left (AMOUNT_EXCEEDS_PAYMENT)'
    ),
    (
        'won', 'refund_succeeded', 1, '{"dispute_id": null}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0', 'nor does a refund (AMOUNT_EXCEEDS_PAYMENT)'
    )
) as r (name, type, amount, change, answer, what);
select is(pg_temp.money('won'), '-1800 10000', 'its money is held, its fee is taken');
select is(pg_temp.tell(r.name, r.type, r.amount, r.change::jsonb), r.answer, r.what)
from (
    values
    (
        'won', 'dispute_won', 9999, '{}', 'rejected SUBJECT_MISMATCH 0',
        'its end is of its amount (SUBJECT_MISMATCH)'
    ),
    (
        'won', 'dispute_won', 10000, '{"currency": "USD"}', 'rejected SUBJECT_MISMATCH 0',
        'its currency (SUBJECT_MISMATCH)'
    ),
    (
        'won', 'dispute_won', 10000, '{"payment_id": "pay_x"}', 'rejected SUBJECT_MISMATCH 0',
        'and its payment (SUBJECT_MISMATCH)'
    ),
    (
        'won', 'dispute_won', 10000, '{"fee": 1}', 'rejected FEE_NOT_ALLOWED 0',
        'and takes no fee (FEE_NOT_ALLOWED)'
    ),
    ('won', 'dispute_won', 10000, '{"payment_id": null}', 'processed 1', 'it is won'),
    ('won', 'dispute_won', 10000, '{"event_id": "w2"}', 'processed NO_EFFECT 0', 'once (NO_EFFECT)'),
    (
        'won', 'dispute_lost', 10000, '{"occurred_at": "2025-12-31T10:00:00Z"}',
        'rejected SUBJECT_STATE_CONFLICT 0',
        'what was won is not lost later (SUBJECT_STATE_CONFLICT)'
    ),
    (
        'won', 'dispute_lost', 10000, '{"occurred_at": "2025-12-29T10:00:00Z"}',
        'processed NO_EFFECT 0', 'that it was lost before is overtaken (NO_EFFECT)'
    ),
    (
        'won', 'dispute_won', 10000, '{"event_id": "w3", "occurred_at": "2025-12-31T10:00:00Z"}',
        'processed NO_EFFECT 0', 'and does not make it one that could be won again (NO_EFFECT)'
    )
) as r (name, type, amount, change, answer, what);
select is(pg_temp.money('won'), '8200 0', 'won: the money is back, the fee is not');
select is(
    pg_temp.tell('won', 'refund_succeeded', 10000, '{"dispute_id": null, "event_id": "r2"}'),
    'processed 1', 'and can be refunded'
);

select is(pg_temp.tell(r.name, r.type, r.amount, r.change::jsonb), r.answer, r.what)
from (
    values
    ('lost', 'dispute_opened', 10000, '{"fee": 1500}', 'processed 2', 'another dispute'),
    ('lost', 'dispute_lost', 10000, '{}', 'processed 1', 'is lost'),
    (
        'lost', 'dispute_lost', 10000, '{"event_id": "l2"}', 'processed NO_EFFECT 0',
        'once (NO_EFFECT)'
    ),
    (
        'lost', 'refund_succeeded', 1, '{"dispute_id": null}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0',
        'what was lost is not refunded as well (AMOUNT_EXCEEDS_PAYMENT)'
    )
) as r (name, type, amount, change, answer, what);
select is(pg_temp.money('lost'), '-1800 0', 'lost: the money is gone');

select is(pg_temp.tell(r.name, r.type, r.amount, r.change::jsonb), r.answer, r.what)
from (
    values
    ('back', 'dispute_opened', 10000, '{"fee": 1500}', 'processed 2', 'a third'),
    ('back', 'dispute_lost', 10000, '{}', 'processed 1', 'is lost'),
    (
        'back', 'dispute_won', 10000, '{"occurred_at": "2025-12-31T10:00:00Z"}', 'processed 1',
        'and won after all'
    )
) as r (name, type, amount, change, answer, what);
select is(pg_temp.money('back'), '8200 0', 'reinstated: the money is back');

-- The service: two reports of one instant end the same whichever comes first
select is(pg_temp.tell(r.name, r.type, r.amount), r.answer, r.what)
from (
    values
    ('same', 'dispute_opened', 10000, 'processed 1', 'a dispute'),
    ('same', 'dispute_lost', 10000, 'processed 1', 'lost'),
    ('same', 'dispute_won', 10000, 'processed 1', 'and won in the same instant'),
    ('same2', 'dispute_opened', 10000, 'processed 1', 'a dispute'),
    ('same2', 'dispute_won', 10000, 'processed 1', 'won'),
    ('same2', 'dispute_lost', 10000, 'processed NO_EFFECT 0', 'and lost in the same instant')
) as r (name, type, amount, answer, what);
select is(pg_temp.money(n.name), '9700 0', 'is won: ' || n.name)
from (values ('same'), ('same2')) as n (name);

-- The service: the end before the beginning
select is(
    pg_temp.tell('late', 'dispute_won', 4000), 'deferred WAITS_FOR_DISPUTE 0',
    'the end waits for the opening (WAITS_FOR_DISPUTE)'
);
select is(
    pg_temp.tell('late', 'dispute_opened', 4000, '{"fee": 1500}'), 'processed 2',
    'the opening brings the end'
);
select is(pg_temp.money('late'), '8200 0', 'which frees the money at once');

-- The service: parts of a payment
select is(
    pg_temp.tell(r.name, r.type, r.amount, '{"dispute_id": null}' || r.change::jsonb),
    r.answer, r.what
)
from (
    values
    ('part', 'refund_succeeded', 2500, '{}', 'processed 1', 'a part is refunded'),
    (
        'part', 'dispute_opened', 7501, '{"dispute_id": "dp_a"}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0', 'no more than the rest is disputed'
    ),
    ('part', 'dispute_opened', 4000, '{"dispute_id": "dp_a"}', 'processed 1', 'a part is disputed'),
    (
        'part', 'refund_succeeded', 3501, '{"event_id": "p_2"}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0', 'while it is, no more than the rest is refunded'
    ),
    (
        'part', 'refund_succeeded', 3500, '{"event_id": "p_2"}', 'processed 1', 'the rest is refunded'
    ),
    ('full', 'refund_succeeded', 10000, '{}', 'processed 1', 'a payment is refunded'),
    (
        'full', 'dispute_opened', 10000, '{"dispute_id": "dp_f", "fee": 1500}',
        'rejected AMOUNT_EXCEEDS_PAYMENT 0',
        'a dispute against it is refused, for a person (AMOUNT_EXCEEDS_PAYMENT)'
    ),
    (
        'odd', 'dispute_opened', 500, '{"payment_id": null, "dispute_id": "dp_o"}',
        'processed 1', 'a dispute need not name a payment'
    ),
    (
        'odd', 'dispute_lost', 500, '{"payment_id": "pay_odd", "dispute_id": "dp_o"}',
        'processed 1', 'its end may'
    ),
    (
        'odd', 'dispute_opened', 500, '{"event_id": "o_2"}',
        'rejected FIELD_MISSING 0', 'but it names itself (FIELD_MISSING)'
    ),
    (
        'odd', 'dispute_lost', 500, '{"event_id": "o_3"}',
        'rejected FIELD_MISSING 0', 'and so does its end (FIELD_MISSING)'
    ),
    (
        'huge', 'dispute_opened', 9007199254740991, '{"payment_id": null, "dispute_id": "dp_1"}',
        'processed 1', 'as much as can be held'
    ),
    ('huge', 'charge_succeeded', 5, '{}', 'processed 1', 'beside it a charge'),
    (
        'huge', 'dispute_opened', 1,
        '{"payment_id": null, "dispute_id": "dp_2", "event_id": "h_2"}',
        'rejected BALANCE_OUT_OF_RANGE 0', 'no more can be held (BALANCE_OUT_OF_RANGE)'
    )
) as r (name, type, amount, change, answer, what);
select is(pg_temp.money(m.name), m.want, format('%s: %s', m.name, m.want))
from (values ('part', '-300 4000'), ('full', '-300 0'), ('odd', '9200 0')) as m (name, want);

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
