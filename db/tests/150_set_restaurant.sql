-- api.set_restaurant: registers a restaurant and changes its settings.
begin;
select plan(47);

create function pg_temp.sale(p_event_id text, p_currency text default 'PEN') returns jsonb
language sql
as $$
select jsonb_build_object(
    'event_id', p_event_id, 'event_type', 'charge_succeeded', 'occurred_at', now() - interval '3 days',
    'restaurant_id', 'res_2', 'currency', p_currency, 'amount', 1000, 'fee', 10
)
$$;

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
        s.payouts_paused, s.created_at between now() and clock_timestamp()
    from set_restaurant('res_1') as s
    $$,
    $$values ('res_1', 'America/Lima', 0, 0, false, true)$$,
    'registers a restaurant with the defaults'
);
select results_eq(
    $$
    select
        s.restaurant_id, s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer,
        s.payouts_paused
    from set_restaurant('res_2', 'Europe/Madrid', 7, 60, true) as s
    $$,
    $$values ('res_2', 'Europe/Madrid', 7, 60, true)$$,
    'or with settings of its own, up to the limits'
);
select results_eq(
    $$
    select
        s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer, s.payouts_paused
    from set_restaurant('res_2') as s
    $$,
    $$values ('Europe/Madrid', 7, 60, true)$$,
    'what is left out stays as it is'
);
select results_eq(
    $$
    select
        s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer, s.payouts_paused
    from set_restaurant('res_2', 'UTC', 0, 0, false) as s
    $$,
    $$values ('UTC', 0, 0, false)$$,
    'what is given is changed, also to nothing'
);
select results_eq(
    $$
    select
        s.timezone, s.day_close_hour::integer, s.settlement_delay_days::integer, s.payouts_paused
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

-- Closed
select results_eq(
    'select r.status, r.entries from ingest_event(pg_temp.sale(''evt_1'')) as r',
    $$values ('processed', 2)$$, 'a charge opens an account'
);
set local role cuenta_app;
select results_eq(
    $$
    select s.closed, s.closed_at between now() and clock_timestamp()
    from set_restaurant('res_2', p_closed => true) as s
    $$,
    'values (true, true)',
    'a restaurant is closed'
);
select is(
    (select s.closed_at from set_restaurant('res_2', p_closed => true) as s),
    (select s.closed_at from set_restaurant('res_2') as s),
    'closed again it is so since the first time'
);
reset role;
select is(
    (select b.is_closed from ledger.account_balances as b where b.restaurant_id = 'res_2'), true,
    'its account knows'
);
select is(
    (
        select r.status
        from ingest_event((pg_temp.sale('evt_2', 'USD') - 'fee') || '{"event_type": "refund_succeeded"}') as r
    ),
    'processed', 'money still goes back to guests of a closed restaurant, in a currency that is new'
);
select results_eq(
    'select b.is_closed from ledger.account_balances as b where b.restaurant_id = ''res_2''',
    'values (true), (true)', 'and an account that is opened meanwhile knows, too'
);
select results_eq(
    'select r.payouts_created from run_payouts(''PEN'', current_date - 1) as r', 'values (1)',
    'what a closed restaurant owns is paid out'
);
select results_eq(
    'select s.closed, s.closed_at from set_restaurant(''res_2'', p_closed => false) as s',
    'values (false, null::timestamptz)',
    'and it may open again'
);
select is_empty(
    'select from ledger.account_balances as b where b.is_closed', 'so may its accounts'
);

-- Who changed what
set local role cuenta_app;
select throws_ok(
    format('select * from set_restaurant(''res_2'', p_actor => %L)', a.name), 'LUACT',
    'actor must be 1 to 128 characters, with no blanks around them',
    format('raises for an actor that %s (LUACT)', a.what)
)
from (
    values
    ('', 'is empty'), (' ana', 'begins with a blank'), (E'ana\nbob', 'has a line break'),
    (repeat('a', 129), 'is longer than 128')
) as a (name, what);
select lives_ok(
    'select * from set_restaurant(''res_4'', ''Europe/Madrid'', p_payouts_paused => true, p_actor => ''ana'')',
    'ana registers a restaurant'
);
select lives_ok(
    'select * from set_restaurant(''res_4'', ''UTC'', 3, p_payouts_paused => true)', 'somebody changes two settings'
);
select lives_ok('select * from set_restaurant(''res_4'', ''UTC'', 3)', 'and then none');
select lives_ok(
    'select * from set_restaurant(''res_4'', p_closed => true, p_actor => ''bob'')', 'bob closes it'
);
reset role;
select results_eq(
    $$
    select c.changed_by, c.old_settings, c.new_settings
    from ledger.setting_changes as c
    where c.restaurant_id = 'res_4'
    order by c.change_no
    $$,
    format(
        $$
        values
        (
            'ana', '{}'::jsonb,
            '{"closed": false, "timezone": "Europe/Madrid", "day_close_hour": 0, "payouts_paused": true,
            "settlement_delay_days": 0}'::jsonb
        ),
        (
            %L, '{"timezone": "Europe/Madrid", "day_close_hour": 0}',
            '{"timezone": "UTC", "day_close_hour": 3}'
        ),
        ('bob', '{"closed": false}', '{"closed": true}')
        $$,
        session_user
    ),
    'who, from what to what, is kept; who is not named is the login; what changes nothing is no change'
);
select results_eq(
    $$
    select s.setting, s.old_value, s.new_value
    from reporting.setting_changes as s
    where s.restaurant_id = 'res_4' and s.changed_by = 'bob'
    $$,
    $$values ('closed', 'false', 'true')$$,
    'readers see it setting by setting'
);
select throws_ok(
    'delete from ledger.setting_changes', 'LCAPP', null, 'it is never removed (LCAPP)'
);
select throws_ok(
    'update ledger.setting_changes set changed_by = ''eve''', 'LCAPP', null,
    'nor changed, whoever tries (LCAPP)'
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
