-- api.get_payout: one payout with its items.
begin;
select plan(15);

create function pg_temp.send(p_change jsonb) returns text
language sql
as $$
select a.status
from api.ingest_event(
    '{"event_id": "evt_1", "event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z",
    "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'::jsonb || p_change
) as a
$$;

set local role cuenta_app;

-- The service
select throws_ok(
    'select * from get_payout(''po_00000000000000000000000000000000'')', 'LNPAY',
    'payout ''po_00000000000000000000000000000000'' does not exist',
    'raises for a payout that does not exist (LNPAY)'
);
select throws_ok(
    'select * from get_payout(null)', 'LBARG', 'payout_id is missing',
    'raises when the payout is not named (LBARG)'
);

select is(pg_temp.send('{}'), 'processed', 'a charge');
select is(
    pg_temp.send(
        '{"event_id": "evt_2", "event_type": "refund_succeeded", "amount": 400, "fee": 0}'
    ),
    'processed', 'and a refund'
);
select is(
    (select r.payouts_created from run_payouts('PEN', '2025-12-30') as r), 1, 'make a payout'
);
reset role;
create temporary table known as
select
    p.payout_id collate "default" as payout_id,
    p.run_id collate "default" as run_id
from ledger.payouts as p;
grant select on known to public;
set local role cuenta_app;
select results_eq(
    $$
    select
        p.payout_id, p.restaurant_id, p.currency, p.as_of, p.amount, p.status, p.run_id, p.paid_at,
        p.failed_at, p.failure_reason
    from get_payout((select k.payout_id from known as k)) as p
    $$,
    $$
    select
        k.payout_id, 'res_001', 'PEN', '2025-12-30'::date, 11000::bigint, 'CREATED', k.run_id,
        null::timestamptz, null::timestamptz, null::text
    from known as k
    $$,
    'a payout under way'
);
select is(
    (select p.items from get_payout((select k.payout_id from known as k)) as p),
    '[{"item_type": "gross_sales", "amount": 12000, "entry_count": 1},
    {"item_type": "refunds", "amount": -400, "entry_count": 1},
    {"item_type": "fees", "amount": -600, "entry_count": 1}]'::jsonb,
    'with its items, the largest first'
);
select cmp_ok(
    (select p.created_at from get_payout((select k.payout_id from known as k)) as p), '>=', now(),
    'it was created now'
);
select is(
    pg_temp.send(
        jsonb_build_object(
            'event_id', 'evt_3', 'event_type', 'payout_paid', 'occurred_at', '2025-12-31T15:00:00Z',
            'amount', 11000, 'fee', 0, 'payout_id', (select k.payout_id from known as k)
        )
    ),
    'processed', 'it is paid'
);
select results_eq(
    $$
    select p.status, p.paid_at, p.failed_at, p.failure_reason, p.amount, jsonb_array_length(p.items)
    from get_payout((select k.payout_id from known as k)) as p
    $$,
    $$
    values (
        'PAID', '2025-12-31T15:00:00Z'::timestamptz, null::timestamptz, null::text, 11000::bigint, 3
    )
    $$,
    'a PAID payout says when'
);
select is(
    pg_temp.send(
        jsonb_build_object(
            'event_id', 'evt_4', 'event_type', 'payout_failed', 'occurred_at',
            '2026-01-02T15:00:00Z',
            'amount', 11000, 'fee', 0, 'payout_id', (select k.payout_id from known as k),
            'metadata', '{"failure_reason": "account closed"}'::jsonb
        )
    ),
    'processed', 'it comes back'
);
select results_eq(
    $$
    select p.status, p.paid_at, p.failed_at, p.failure_reason, p.amount, jsonb_array_length(p.items)
    from get_payout((select k.payout_id from known as k)) as p
    $$,
    $$
    values (
        'FAILED', '2025-12-31T15:00:00Z'::timestamptz, '2026-01-02T15:00:00Z'::timestamptz,
        'account closed', 11000::bigint, 3
    )
    $$,
    'a payout that came back says when it was paid, when it failed, and why'
);

-- Others
reset role;
set local role cuenta_operator;
select is(
    (select p.status from get_payout((select k.payout_id from known as k)) as p), 'FAILED',
    'people see the same as the service'
);
reset role;
set local role cuenta_reader;
select is(
    (select p.amount from api.get_payout((select k.payout_id from known as k)) as p), 11000::bigint,
    'readers may look, too'
);
select is(
    (select p.status from reporting.payouts as p), 'FAILED', 'in which they see the same'
);
reset role;

select * from finish();
rollback;
