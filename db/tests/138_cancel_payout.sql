-- api.cancel_payout: by an operator, before the hand-over, or when the bank has been told.
begin;
select plan(33);

create function pg_temp.charge(p_restaurant_id text, p_day date default '2025-12-30') returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', format('evt_%s_%s', p_restaurant_id, p_day), 'event_type', 'charge_succeeded',
        'occurred_at', p_day || 'T20:00:00Z', 'restaurant_id', p_restaurant_id, 'currency', 'PEN',
        'amount', 10000, 'fee', 300
    )
) as a
$$;
create function pg_temp.payout_of(p_restaurant_id text) returns text
language sql
as $$
select l.payout_id from api.list_payouts(p_restaurant_id, p_newest_first => false) as l limit 1
$$;
create function pg_temp.cancel(
    p_restaurant_id text, p_reference text, p_reason text default 'a mistake',
    p_bank_told boolean default false
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, a.entries)
from api.cancel_payout(
    pg_temp.payout_of(p_restaurant_id), p_reason, p_reference, 'ana', p_bank_told
) as a
$$;
create function pg_temp.report(p_restaurant_id text, p_kind text, p_at timestamptz default now())
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, a.entries)
from api.ingest_event(
    jsonb_build_object(
        'event_id', format('%s_%s', p_restaurant_id, p_kind), 'event_type', p_kind,
        'occurred_at', p_at, 'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', 9700,
        'payout_id', pg_temp.payout_of(p_restaurant_id)
    )
) as a
$$;
create function pg_temp.balance(p_restaurant_id text) returns text
language sql
as $$
select format('%s %s', b.available, b.reserved) from api.get_balance(p_restaurant_id, 'PEN') as b
$$;

select is(pg_temp.charge(c.id), 'processed', format('money for %s', c.id))
from (values ('res_new'), ('res_handed'), ('res_paid'), ('res_failed')) as c (id);
select is(
    (
        select r.payouts_created
        from run_payouts('PEN', '2025-12-30', p_restaurant_ids => array['res_handed']) as r
    ),
    1, 'a payout'
);
select is((select count(*) from claim_payouts('PEN', 10, 'job')), 1::bigint, 'is handed over');
select is(
    (select r.payouts_created from run_payouts('PEN', '2025-12-30') as r), 3, 'three are not'
);

-- The service may not
set local role cuenta_app;
select throws_ok(
    'select * from cancel_payout(''po_1'', ''x'', ''y'')', '42501',
    'permission denied for function cancel_payout', 'the service cancels nothing (42501)'
);
reset role;

-- People: what cannot be canceled
set local role cuenta_operator;
select throws_ok(
    'select * from cancel_payout(''po_1'', ''x'', ''y'')', 'LNPAY', 'payout ''po_1'' does not exist',
    'what is canceled is there (LNPAY)'
);
select throws_ok(
    format('select * from cancel_payout(%L, null, ''y'')', pg_temp.payout_of('res_new')), 'LBARG',
    'reason is missing', 'it has a reason (LBARG)'
);
select throws_ok(
    format('select * from cancel_payout(%L, ''x'', null)', pg_temp.payout_of('res_new')), 'LBARG',
    'reference is missing', 'and a reference (LBARG)'
);
select is(
    pg_temp.cancel('res_handed', 'ref_1'), 'rejected PAYOUT_HANDED_OVER 0',
    'a payout that somebody has taken is not canceled (PAYOUT_HANDED_OVER)'
);
reset role;
select is(pg_temp.balance('res_handed'), '0 9700', 'its money stays reserved');

-- People: before the hand-over
set local role cuenta_operator;
select is(pg_temp.cancel('res_new', 'ref_2'), 'processed 1', 'one that nobody has taken is canceled');
select is(pg_temp.balance('res_new'), '9700 0', 'its money is available again');
select is(
    (
        select p.status || ' ' || (p.canceled_at is not null)
        from get_payout(pg_temp.payout_of('res_new')) as p
    ),
    'CANCELED true', 'and it says so'
);
select is(pg_temp.cancel('res_new', 'ref_2'), 'already_processed 1', 'told again, nothing happens');
select is(
    pg_temp.cancel('res_new', 'ref_2', 'another reason'), 'conflict EVENT_ID_REUSED 0',
    'a reference stands for one thing (EVENT_ID_REUSED)'
);
select is(
    pg_temp.cancel('res_new', 'ref_3'), 'processed NO_EFFECT 0',
    'canceled once more, it has no effect'
);
select results_eq(
    $$
    select e.payload ->> 'actor', e.payload ->> 'reason', e.provider
    from get_event('ref_2', 'operator') as e
    $$,
    $$values ('ana', 'a mistake', 'operator')$$, 'who did it and why is kept'
);

-- When the bank has been told
select is(
    pg_temp.cancel('res_handed', 'ref_1', p_bank_told => true), 'processed 1',
    'what the bank knows of is canceled, also under the reference that was refused'
);
reset role;
select is(pg_temp.balance('res_handed'), '9700 0', 'its money is available again, too');
select throws_ok(
    format('select * from confirm_payout(%L, ''x'')', pg_temp.payout_of('res_handed')), 'LCCAN',
    null, 'a late confirmation is refused: it must be called back (LCCAN)'
);
select is(
    pg_temp.report('res_handed', 'payout_paid', now() + interval '1 minute'),
    'rejected PAYOUT_STATE_CONFLICT 0', 'that it was paid after all is for a person'
);

-- Settled before
select is(pg_temp.report('res_paid', 'payout_paid'), 'processed 1', 'one is paid');
select is(
    pg_temp.cancel('res_paid', 'ref_4', p_bank_told => true), 'rejected PAYOUT_STATE_CONFLICT 0',
    'a paid payout is not canceled (PAYOUT_STATE_CONFLICT)'
);
select is(pg_temp.report('res_failed', 'payout_failed'), 'processed 1', 'one has failed');
select is(
    pg_temp.cancel('res_failed', 'ref_5'), 'rejected PAYOUT_STATE_CONFLICT 0',
    'nor a failed one (PAYOUT_STATE_CONFLICT)'
);

select is_empty('select * from claim_payouts(''PEN'')', 'none of them can be taken any more');

-- The next payout has it
select is(pg_temp.charge('res_new', '2025-12-31'), 'processed', 'more money');
select is(
    (
        select r.payouts_amount
        from run_payouts(
            'PEN', (now() at time zone 'America/Lima')::date, p_restaurant_ids => array['res_new']
        ) as r
    ),
    19400::numeric, 'the next payout pays both'
);
select results_eq(
    $$
    select i.item_type collate "default", i.amount
    from reporting.payout_items as i
    where i.restaurant_id = 'res_new' and i.as_of > '2025-12-30'
    order by i.item_type collate "C"
    $$,
    $$values ('fees', -300::bigint), ('gross_sales', 10000), ('payout_cancellations', 9700)$$,
    'with the cancellation as an item'
);
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
