-- api.get_restaurant, api.list_restaurants, api.list_setting_changes: restaurants and their history.
begin;
select plan(26);

set local role cuenta_app;

-- The service: what is not there
select throws_ok(
    'select * from get_restaurant(null)', 'LBARG', 'restaurant_id is missing',
    'raises when the restaurant is not named (LBARG)'
);
select throws_ok(
    'select * from get_restaurant(''res_9'')', 'LNRES', 'restaurant ''res_9'' does not exist',
    'raises for a restaurant that is not known (LNRES)'
);
select throws_ok(
    'select * from list_setting_changes(''res_9'')', 'LNRES', 'restaurant ''res_9'' does not exist',
    'nor has it a history (LNRES)'
);
select throws_ok(
    format('select * from %s(p_limit => 0)', f.name), 'LBLIM', 'limit must be from 1 to 500',
    format('%s raises for a limit out of range (LBLIM)', f.name)
)
from (values ('list_restaurants'), ('list_setting_changes')) as f (name);
select throws_ok(
    format('select * from %s(p_cursor => ''zz'')', f.name), 'LBCUR', 'cursor is not one of this list',
    format('%s raises for a cursor that it did not give (LBCUR)', f.name)
)
from (values ('list_restaurants'), ('list_setting_changes')) as f (name);
select is_empty('select * from list_restaurants()', 'there is none at first');
select is_empty('select * from list_setting_changes()', 'and the platform''s settings are as they were');

-- The service: one
select lives_ok('select * from set_restaurant(''res_1'', ''UTC'')', 'one is registered');
select results_eq(
    'select r.* from get_restaurant(''res_1'') as r',
    'select s.* from set_restaurant(''res_1'') as s',
    'a restaurant is read as it is set'
);

-- The service: all
select is(
    (
        select count(*)
        from (
            values
            ('res_2', true, false), ('res_3', false, true), ('Res', true, true), ('res_4', false, false)
        ) as r (id, is_closed, is_paused)
        cross join lateral set_restaurant(
            r.id, p_closed => r.is_closed, p_payouts_paused => r.is_paused, p_actor => 'ana'
        )
    ),
    4::bigint, 'some more restaurants'
);
select results_eq(
    'select r.restaurant_id from list_restaurants() as r',
    $$values ('Res'), ('res_1'), ('res_2'), ('res_3'), ('res_4')$$, 'all of them, by their ids'
);
select results_eq(
    'select r.restaurant_id from list_restaurants(p_closed => true) as r',
    $$values ('Res'), ('res_2')$$, 'those that are closed'
);
select results_eq(
    'select r.restaurant_id from list_restaurants(p_closed => false, p_payouts_paused => false) as r',
    $$values ('res_1'), ('res_4')$$, 'those that are neither closed nor paused'
);
select results_eq(
    'select r.restaurant_id from list_restaurants(p_payouts_paused => true) as r',
    $$values ('Res'), ('res_3')$$, 'those whose payouts are paused'
);
select results_eq(
    $$
    with recursive pages as (
        (select 1 as page, r.* from list_restaurants(p_closed => false, p_limit => 2) as r)
        union all
        select p.page + 1, r.*
        from (select q.page, q.cursor from pages as q order by q.restaurant_id desc limit 1) as p
        cross join lateral list_restaurants(p_closed => false, p_limit => 2, p_cursor => p.cursor) as r
    )

    select p.restaurant_id from pages as p
    $$,
    $$values ('res_1'), ('res_3'), ('res_4')$$,
    'page by page: none twice, none left out'
);
select results_eq(
    'select to_jsonb(r) - ''cursor'' from list_restaurants() as r',
    'select to_jsonb(g) from list_restaurants() as r cross join lateral get_restaurant(r.restaurant_id) as g',
    'each as get_restaurant says'
);

-- The service: history
select lives_ok('select * from set_restaurant(''res_4'', p_day_close_hour => 3, p_actor => ''bob'')', 'a change');
select lives_ok('select * from set_restaurant(''res_4'', p_day_close_hour => 4, p_actor => ''eve'')', 'another');
select results_eq(
    $$
    select c.changed_by, c.old_settings, c.new_settings ->> 'day_close_hour', c.changed_at >= now()
    from list_setting_changes('res_4') as c
    $$,
    $$
    values
    ('eve', '{"day_close_hour": 3}'::jsonb, '4', true), ('bob', '{"day_close_hour": 0}', '3', true),
    ('ana', '{}', '0', true)
    $$,
    'who changed what, the newest first'
);
select results_eq(
    $$
    select c.changed_by
    from list_setting_changes('res_4', 1) as b
    cross join lateral list_setting_changes('res_4', 1, b.cursor) as c
    $$,
    $$values ('bob')$$, 'page by page'
);
reset role;
set local role cuenta_operator;
select lives_ok(
    'select * from set_platform_settings(p_default_timezone => ''UTC'', p_actor => ''ana'')',
    'the platform''s own settings change'
);
select results_eq(
    'select c.changed_by, c.old_settings, c.new_settings from list_setting_changes() as c',
    $$
    values ('ana', '{"default_timezone": "America/Lima"}'::jsonb, '{"default_timezone": "UTC"}'::jsonb)
    $$,
    'and have a history, too'
);
reset role;

-- Others
set local role cuenta_reader;
select results_eq(
    $$
    select r.restaurant_id, r.closed, r.payouts_paused
    from reporting.restaurants as r
    where r.closed_at is not null
    order by r.restaurant_id
    $$,
    $$values ('Res' collate "C", true, true), ('res_2', true, false)$$, 'readers have a view'
);
select lives_ok(
    'select * from api.list_restaurants(), api.get_restaurant(''res_1''), api.list_setting_changes()',
    'and may call what reads'
);
reset role;

select * from finish();
rollback;
