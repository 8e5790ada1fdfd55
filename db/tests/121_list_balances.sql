-- api.list_balances: what restaurants own, all currencies of one and all restaurants in one.
begin;
select plan(16);

create function pg_temp.send(p_restaurant_id text, p_currency text, p_amount bigint) returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', concat('evt_', p_restaurant_id, p_currency), 'event_type', 'charge_succeeded',
        'occurred_at', now(), 'restaurant_id', p_restaurant_id, 'currency', p_currency,
        'amount', p_amount, 'fee', 10
    )
) as a
$$;

set local role cuenta_app;

-- The service: what cannot be listed
select throws_ok(
    'select * from list_balances(''res_9'')', 'LNRES', 'restaurant ''res_9'' does not exist',
    'raises for a restaurant that is not known (LNRES)'
);
select throws_ok(
    'select * from list_balances(p_currency => ''ZZZ'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217', 'raises for an unknown currency (LUCUR)'
);
select throws_ok(
    'select * from list_balances(p_limit => 501)', 'LBLIM', 'limit must be from 1 to 500',
    'raises for a limit out of range (LBLIM)'
);
select throws_ok(
    'select * from list_balances(p_cursor => ''7265735f31'')', 'LBCUR',
    'cursor is not one of this list', 'raises for a cursor of another list (LBCUR)'
);
select is_empty('select * from list_balances()', 'there is nothing at first');

-- The service: what can
select lives_ok(
    'select * from set_restaurant(''res_2'', p_settlement_delay_days => 3)', 'res_2 waits three days'
);
select is(
    string_agg(pg_temp.send(r.id, r.currency, r.amount), ' '),
    'processed processed processed processed', 'charges'
)
from (
    values
    ('res_2', 'PEN', 1010), ('res_1', 'USD', 2010), ('res_1', 'PEN', 3010), ('Res', 'PEN', 4010)
) as r (id, currency, amount);
select results_eq(
    $$
    select b.restaurant_id, b.currency, b.available::integer, b.pending::integer, b.total::integer
    from list_balances() as b
    $$,
    $$
    values
    ('Res', 'PEN', 4000, 0, 4000), ('res_1', 'PEN', 3000, 0, 3000), ('res_1', 'USD', 2000, 0, 2000),
    ('res_2', 'PEN', 0, 1000, 1000)
    $$,
    'all of them, by restaurant and currency, each as get_balance says'
);
select results_eq(
    $$
    select b.restaurant_id, b.currency, b.available, b.pending, b.reserved, b.held, b.total,
    b.last_event_at
    from list_balances() as b
    $$,
    $$
    select g.*
    from list_balances() as b
    cross join lateral get_balance(b.restaurant_id, b.currency) as g
    $$,
    'to the figure'
);
select results_eq(
    'select b.currency, b.total::integer from list_balances(''res_1'') as b',
    $$values ('PEN', 3000), ('USD', 2000)$$, 'all currencies of one'
);
select results_eq(
    'select b.restaurant_id, b.total::integer from list_balances(p_currency => ''pen'') as b',
    $$values ('Res', 4000), ('res_1', 3000), ('res_2', 1000)$$, 'all of one currency'
);
select results_eq(
    $$
    with recursive pages as (
        (select 1 as page, b.* from list_balances(p_currency => 'PEN', p_limit => 1) as b)
        union all
        select p.page + 1, b.*
        from pages as p
        cross join lateral list_balances(p_currency => 'PEN', p_limit => 1, p_cursor => p.cursor) as b
    )

    select p.page, p.restaurant_id from pages as p
    $$,
    $$values (1, 'Res'), (2, 'res_1'), (3, 'res_2')$$,
    'page by page: none twice, none left out'
);

-- Others
reset role;
set local session_replication_role = replica;
update ledger.restaurants set timezone = 'Mars/Phobos' where restaurant_id = 'res_1';
update ledger.account_balances set timezone = 'Mars/Phobos' where restaurant_id = 'res_1';
set local session_replication_role = origin;
set local role cuenta_reader;
select results_eq(
    'select b.restaurant_id, b.available::integer, b.total::integer from api.list_balances(p_currency => ''PEN'') as b',
    $$values ('Res', 4000, 4000), ('res_1', null, 3000), ('res_2', 0, 1000)$$,
    'a time zone that the server does not know makes nobody else''s balance fail, and readers may look'
);
reset role;
set local role cuenta_processor;
select throws_ok(
    'select * from api.list_balances()', '42501', 'permission denied for function list_balances',
    'processors may not (42501)'
);
reset role;
select is(
    (select b.available from reporting.restaurant_balances as b where b.restaurant_id = 'Res'),
    (select b.available from api.list_balances('Res') as b), 'the view says the same'
);
select is(
    (select count(*) from api.list_balances('res_1', 'USD')), 1::bigint, 'one of one'
);

select * from finish();
rollback;
