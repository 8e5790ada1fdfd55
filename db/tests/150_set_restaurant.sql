-- api.set_restaurant: registers a restaurant and changes its settings.
begin;
select plan(26);

set local role cuenta_app;

-- The service: what cannot be set
select throws_ok(
    'select * from set_restaurant(null)', 'LBARG', 'restaurant_id is missing',
    'raises when the restaurant is not named (LBARG)'
);
select throws_ok(
    format('select * from set_restaurant(%L)', r.id), 'LURID',
    'restaurant_id must be 1 to 64 letters, digits or . _ : -',
    format('raises for a restaurant_id that %s (LURID)', r.what)
)
from (
    values
    ('', 'is empty'), ('-x', 'begins with a sign'), ('res 1', 'has a blank'),
    (E'res_1\n', 'ends in a line break'),
    (repeat('r', 65), 'is longer than 64')
) as r (id, what);
select throws_ok(
    format('select * from set_restaurant(''res_1'', %L)', z.name), 'LUTZN',
    format('time zone ''%s'' is not known', z.name),
    format('raises for the time zone "%s" (LUTZN)', z.name)
)
from (values ('Mars/Phobos'), (''), ('+05'), ('UTC+5')) as z (name);
select throws_ok(
    format('select * from set_restaurant(''res_1'', p_day_close_hour => %s)', h.n), 'LUHRS',
    'day_close_hour must be from 0 to 7', format('raises for a closing hour of %s (LUHRS)', h.n)
)
from (values (-1), (8), (70000)) as h (n);
select throws_ok(
    format('select * from set_restaurant(''res_1'', p_settlement_delay_days => %s)', d.n), 'LUDLY',
    'settlement_delay_days must be from 0 to 60',
    format('raises for a delay of %s days (LUDLY)', d.n)
)
from (values (-1), (61), (70000)) as d (n);
reset role;
select is_empty('select * from ledger.restaurants', 'none of these registers a restaurant');
set local role cuenta_app;

-- The service: what can
select results_eq(
    $$
    select
        s.restaurant_id, s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer,
        s.is_payouts_paused, s.created_at between now() and clock_timestamp()
    from set_restaurant('res_1') as s
    $$,
    $$values ('res_1', 'America/Lima', 0, 0, false, true)$$,
    'registers a restaurant with the defaults'
);
select results_eq(
    $$
    select
        s.restaurant_id, s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer,
        s.is_payouts_paused
    from set_restaurant('res_2', 'Europe/Madrid', 7, 60, true) as s
    $$,
    $$values ('res_2', 'Europe/Madrid', 7, 60, true)$$,
    'or with settings of its own, up to the limits'
);
select results_eq(
    $$
    select
        s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer, s.is_payouts_paused
    from set_restaurant('res_2') as s
    $$,
    $$values ('Europe/Madrid', 7, 60, true)$$,
    'what is left out stays as it is'
);
select results_eq(
    $$
    select
        s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer, s.is_payouts_paused
    from set_restaurant('res_2', 'UTC', 0, 0, false) as s
    $$,
    $$values ('UTC', 0, 0, false)$$,
    'what is given is changed, also to nothing'
);
select results_eq(
    $$
    select
        s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer, s.is_payouts_paused
    from set_restaurant('res_1', p_day_close_hour => 3) as s
    $$,
    $$values ('America/Lima', 3, 0, false)$$,
    'each setting by itself'
);
select is(
    (select s.created_at from set_restaurant('res_1', p_payouts_paused => true) as s),
    (select s.created_at from set_restaurant('res_1') as s),
    'the restaurant stays the one that was registered'
);
reset role;
select results_eq(
    $$
    select
        r.restaurant_id collate "default", r.timezone, r.day_close_hour::integer,
        r.is_payouts_paused
    from ledger.restaurants as r order by r.restaurant_id collate "C"
    $$,
    $$values ('res_1', 'America/Lima', 3, true), ('res_2', 'UTC', 0, false)$$,
    'all of it is kept'
);

-- Others
set local role cuenta_operator;
select is(
    (select s.timezone from set_restaurant('res_3', 'America/Mexico_City') as s),
    'America/Mexico_City',
    'people may do it, too'
);
reset role;
set local role cuenta_reader;
select throws_ok(
    'select * from api.set_restaurant(''res_1'')', '42501',
    'permission denied for function set_restaurant',
    'readers cannot set anything (42501)'
);
reset role;

select * from finish();
rollback;
