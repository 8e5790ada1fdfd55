-- Edges: the largest sums, debts, money that has no room, payouts of nothing.
begin;
select plan(29);

create function pg_temp.send(
    p_restaurant_id text, p_id text, p_at text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_at,
        'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;
create function pg_temp.report(
    p_id text, p_type text, p_restaurant_id text, p_at text, p_as_of date
)
returns text
language sql
as $$
select pg_temp.send(
    p_restaurant_id, p_id, p_at, p.amount,
    jsonb_build_object('event_type', p_type, 'payout_id', p.payout_id, 'currency', p.currency)
)
from reporting.payouts as p
where p.restaurant_id = p_restaurant_id and p.as_of = p_as_of
$$;
create function pg_temp.balance(p_restaurant_id text) returns text
language sql
as $$
select format('%s available, %s reserved', b.available::bigint, b.reserved) from api.get_balance(
    p_restaurant_id, 'PEN'
) as b
$$;

-- As much as an account holds
select is(
    pg_temp.send('res_max', 'e_1', '2025-12-10T12:00:00Z', 9007199254740991, '{"currency": "BRL"}'),
    'processed', '2^53 - 1 is taken'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('BRL', '2025-12-10') as r), 9007199254740991,
    'and paid out'
);
select is(
    pg_temp.send('res_max', 'e_2', '2025-12-11T12:00:00Z', 9007199254740991, '{"currency": "BRL"}'),
    'processed', 'and taken again'
);
select is(
    pg_temp.report('e_3', 'payout_failed', 'res_max', '2025-12-11T13:00:00Z', '2025-12-10'),
    'rejected BALANCE_OUT_OF_RANGE',
    'a payout whose money would have no room does not fail (BALANCE_OUT_OF_RANGE)'
);
select results_eq(
    'select b.available::bigint, b.reserved from get_balance(''res_max'', ''BRL'') as b',
    'values (9007199254740991, 9007199254740991)',
    'nothing has moved'
);
select is(
    (select p.status from list_payouts('res_max') as p), 'CREATED',
    'the payout is under way as before'
);
select is(
    pg_temp.report('e_4', 'payout_paid', 'res_max', '2025-12-11T14:00:00Z', '2025-12-10'),
    'processed',
    'it can still be paid: that takes no room'
);
select is(
    pg_temp.send(
        'res_max', 'e_r', '2025-12-11T15:00:00Z', 1,
        '{"currency": "BRL", "event_type": "refund_succeeded"}'
    ),
    'processed', 'and guests get their money back: that makes room'
);

-- Two debts of one restaurant, in two currencies
select is(
    pg_temp.send(
        'res_two', 'e_5', '2025-12-10T12:00:00Z', 10, '{"event_type": "refund_succeeded"}'
    ),
    'processed', 'a refund without a charge'
);
select is(
    pg_temp.send('res_two', 'e_6', '2025-12-10T12:00:00Z', 100, '{"currency": "USD"}'), 'processed',
    'and money in another currency'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('USD', '2025-12-10') as r), 100::bigint,
    'which is paid in full'
);
select is(
    pg_temp.balance('res_two'), '-10 available, 0 reserved', 'and does not make the debt good'
);

-- A payout for which part of the money is spent twice over
select is(
    pg_temp.send('res_held', 'e_7', '2025-12-10T12:00:00Z', 1000), 'processed',
    'a charge on the 10th'
);
select is(
    pg_temp.send(
        'res_held', 'e_8', '2025-12-12T12:00:00Z', 300, '{"event_type": "refund_succeeded"}'
    ),
    'processed', 'a refund on the 12th'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-10') as r), 700::bigint,
    'the payout for the 10th holds 300 back'
);
select is(
    (select r.skipped ->> 'nothing_to_pay' from run_payouts('PEN', '2025-12-11') as r), '2',
    'for the 11th nothing is left: what is carried in is held back again'
);
select is(
    (select p.amount from list_payouts('res_held', 'PEN') as p where p.as_of = '2025-12-11'),
    null::bigint,
    'and there is no payout of 0'
);
select is(
    pg_temp.send('res_held', 'e_9', '2025-12-13T12:00:00Z', 500), 'processed',
    'a charge on the 13th'
);
select is(
    pg_temp.send(
        'res_held', 'e_10', '2025-12-14T12:00:00Z', 100, '{"event_type": "refund_succeeded"}'
    ),
    'processed', 'a refund on the 14th'
);
select ok(
    (select r.payouts_amount = 400 from run_payouts('PEN', '2025-12-13', 1, true) as r),
    'for the 13th it would be 400'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-13') as r), 400::bigint, 'and is'
);
select bag_eq(
    $$
    select i.item_type, i.amount
    from reporting.payout_items as i
    where i.restaurant_id = 'res_held' and i.as_of = '2025-12-13'
    $$,
    $$
    values ('carried_in', 300::bigint), ('gross_sales', 500), ('refunds', -300),
    ('carried_out', -100)
    $$,
    'carried_in is what the last one held back, carried_out what this one does'
);
select is(
    (
        select string_agg(i.item ->> 'item_type', ' ' order by i.item_no)
        from list_payouts('res_held') as l
        cross join lateral get_payout(l.payout_id) as p
        cross join lateral jsonb_array_elements(p.items) with ordinality as i (item, item_no)
        where l.as_of = '2025-12-13'
    ),
    'carried_in gross_sales refunds carried_out',
    'shown first and last, the others by amount between them'
);
select is(
    pg_temp.send('res_held', 'e_11', '2025-12-15T12:00:00Z', 50), 'processed',
    'a charge on the 15th'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-15') as r), 50::bigint, 'is paid'
);
select bag_eq(
    $$
    select i.item_type, i.amount
    from reporting.payout_items as i
    where i.restaurant_id = 'res_held' and i.as_of = '2025-12-15'
    $$,
    $$values ('carried_in', 100::bigint), ('gross_sales', 50), ('refunds', -100)$$,
    'until nothing is carried any more'
);

-- A balance of zero is found, not guessed
select is(
    pg_temp.balance('res_held'), '0 available, 1150 reserved',
    'what is reserved is what three payouts promised'
);
select is(
    (select sum(p.amount) from list_payouts('res_held') as p), 1150::numeric,
    'and what was sold less what was given back'
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
