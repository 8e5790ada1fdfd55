-- api.list_disputes, api.list_holds: what is held back, and what became of it.
begin;
select plan(22);

create function pg_temp.send(
    p_id text, p_restaurant_id text, p_type text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', p_type, 'occurred_at', '2025-12-30T10:00:00Z',
        'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;

select is_empty('select * from list_disputes()', 'no dispute yet');
select is_empty('select * from list_holds()', 'no hold yet');
select is(pg_temp.send(e.id, e.restaurant_id, e.type, e.amount, e.change), 'processed', e.id)
from (
    values
    (
        'charge of a payment', 'res_1', 'charge_succeeded', 10000::bigint,
        '{"event_id": "c1", "payment_id": "pay_1", "fee": 300}'::jsonb
    ),
    (
        'dispute of it', 'res_1', 'dispute_opened', 4000,
        '{"event_id": "o1", "payment_id": "pay_1", "dispute_id": "dp_1", "fee": 150}'
    ),
    (
        'dispute of nothing known', 'res_2', 'dispute_opened', 700,
        '{"event_id": "o2", "dispute_id": "dp_2"}'
    ),
    ('another', 'res_2', 'dispute_opened', 800, '{"event_id": "o3", "dispute_id": "dp_3"}'),
    (
        'lost', 'res_2', 'dispute_lost', 700,
        '{"event_id": "l2", "dispute_id": "dp_2", "occurred_at": "2025-12-31T10:00:00Z"}'
    ),
    ('won', 'res_2', 'dispute_won', 800, '{"event_id": "w3", "dispute_id": "dp_3"}')
) as e (id, restaurant_id, type, amount, change);
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.code), ' ')
        from (values ('res_1', 4000, 'ho_1'), ('res_2', 50, 'ho_2')) as h (id, amount, reference)
        cross join lateral api.hold_funds(
            h.id, 'PEN', h.amount, 'under review', h.reference, 'ana'
        ) as a
    ),
    'processed processed', 'two holds'
);
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.code), ' ')
        from (values ('ho_1', 1500, 'rl_1'), ('ho_2', 50, 'rl_2')) as h (id, amount, reference)
        cross join lateral api.release_hold(h.id, h.amount, 'looked at', h.reference, 'ben') as a
    ),
    'processed processed', 'one is released in part, one as a whole'
);

set local role cuenta_reader;
select results_eq(
    $$
    select d.dispute_id collate "default", d.restaurant_id collate "default",
    d.state collate "default", d.amount, d.fee, d.held, d.payment_id collate "default",
    d.event_id collate "default", d.decided_at
    from api.list_disputes() as d
    $$,
    $$
    values
    (
        'dp_3', 'res_2', 'WON', 800::bigint, 0::bigint, 0::bigint, null, 'o3',
        '2025-12-30T10:00:00Z'::timestamptz
    ),
    ('dp_2', 'res_2', 'LOST', 700, 0, 0, null, 'o2', '2025-12-31T10:00:00Z'),
    ('dp_1', 'res_1', 'OPEN', 4000, 150, 4000, 'pay_1', 'o1', null)
    $$,
    'disputes with what became of them, the newest first'
);
select is(
    array(select d.dispute_id from api.list_disputes(p_state => 'OPEN') as d),
    '{dp_1}'::text[], 'those that are open'
);
select is(
    array(select d.dispute_id from api.list_disputes('res_2', 'pen', 'LOST') as d),
    '{dp_2}'::text[], 'those that a restaurant has lost'
);
select is_empty(
    'select * from api.list_disputes(p_currency => ''USD'')', 'those of a currency: none'
);
select is(
    array(
        select d.dispute_id
        from api.list_disputes(
            p_limit => 1,
            p_cursor => (select max(x.cursor) from api.list_disputes(p_limit => 1) as x)
        ) as d
    ),
    '{dp_2}'::text[], 'page by page'
);
select throws_ok(
    'select * from api.list_disputes(p_state => ''CHARGED'')', 'LUSTE', null,
    'a state is one of a dispute (LUSTE)'
);
select results_eq(
    $$
    select h.hold_id collate "default", h.restaurant_id collate "default", h.amount, h.released,
    h.remaining, h.is_open, h.reason, h.actor, h.released_at is not null
    from api.list_holds() as h
    $$,
    $$
    values
    ('ho_2', 'res_2', 50::bigint, 50::numeric, 0::numeric, false, 'under review', 'ana', true),
    ('ho_1', 'res_1', 4000, 1500, 2500, true, 'under review', 'ana', true)
    $$,
    'holds with what is left of them, why and by whom'
);
select is(
    array(select h.hold_id from api.list_holds(p_is_open => true) as h),
    '{ho_1}'::text[], 'those that hold something still'
);
select is(
    array(select h.hold_id from api.list_holds(p_is_open => false) as h),
    '{ho_2}'::text[], 'and those that do not any more'
);
select is(
    array(
        select h.hold_id
        from api.list_holds(
            p_limit => 1,
            p_cursor => (select max(x.cursor) from api.list_holds(p_limit => 1) as x)
        ) as h
    ),
    '{ho_1}'::text[], 'page by page, too'
);
reset role;

-- Who holds, releases and reverses is the posting path; a released hold can be told apart
select is(
    (select b.held from get_balance('res_1', 'PEN') as b), 6500::bigint,
    'what is held is what the two lists say'
);
select is(
    (
        select sum(x.held)
        from (
            select d.held from list_disputes('res_1') as d
            union all
            select h.remaining from list_holds('res_1') as h
        ) as x
    ),
    6500::numeric, 'open disputes and holds together'
);

select * from finish();
rollback;
