-- api.set_platform_settings: what an event that names an unknown restaurant does.
begin;
select plan(23);

create function pg_temp.charge(p_restaurant_id text, p_metadata jsonb default '{}') returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', 'evt_' || p_restaurant_id, 'event_type', 'charge_succeeded',
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', p_restaurant_id, 'currency', 'PEN',
        'amount', 100, 'metadata', p_metadata
    )
    || case when p_restaurant_id = 'res_test' then '{"livemode": false}' else '{}' end::jsonb
) as a
$$;

select results_eq(
    $$
    select s.unknown_restaurants collate "default", s.default_timezone
    from ledger.platform_settings as s
    $$,
    $$values ('register', 'America/Lima')$$,
    'at first a restaurant is registered by its first event'
);

-- People: what cannot be set
set local role cuenta_operator;
select throws_ok(
    'select * from set_platform_settings(''perhaps'')', 'LUUNK',
    'unknown_restaurants is register, hold_payouts or refuse', 'there are three ways (LUUNK)'
);
select throws_ok(
    'select * from set_platform_settings(p_default_timezone => ''America/Atlantis'')', 'LUTZN',
    null, 'a time zone is one that the server knows (LUTZN)'
);

-- People: each way
select is(pg_temp.charge('res_1'), 'processed', 'registered');
select lives_ok('select * from set_platform_settings(''refuse'')', 'refuse');
select is(
    pg_temp.charge('res_2'), 'rejected RESTAURANT_UNKNOWN',
    'an unknown restaurant is refused (RESTAURANT_UNKNOWN)'
);
select throws_ok(
    'select * from get_balance(''res_2'', ''PEN'')', 'LNRES', null, 'and not registered (LNRES)'
);
select is(pg_temp.charge('res_1'), 'already_processed', 'a known one goes on');
select lives_ok(
    'select * from set_platform_settings(''hold_payouts'', ''Asia/Tokyo'')', 'hold payouts'
);
select is(pg_temp.charge('res_2'), 'processed', 'sent again, the event is evaluated again');
reset role;
select results_eq(
    $$
    select s.restaurant_id collate "default", s.timezone, s.is_payouts_paused
    from ledger.restaurants as s
    order by s.restaurant_id
    $$,
    $$values ('res_1', 'America/Lima', false), ('res_2', 'Asia/Tokyo', true)$$,
    'the restaurant is registered in the platform''s time zone, with its payouts paused'
);
select results_eq(
    'select r.payouts_created, r.skipped from api.run_payouts(''PEN'', ''2025-12-30'') as r',
    $$values (1, '{"payouts_paused": 1}'::jsonb)$$,
    'so it is not paid before somebody has looked'
);
set local role cuenta_operator;
select lives_ok('select * from set_platform_settings(''register'')', 'register');
select is(pg_temp.charge('res_3'), 'processed', 'registered again');
reset role;
select results_eq(
    $$
    select s.timezone, s.is_payouts_paused
    from ledger.restaurants as s
    where s.restaurant_id = 'res_3'
    $$,
    $$values ('Asia/Tokyo', false)$$,
    'what was not named stayed as it was'
);

set local role cuenta_operator;
select throws_ok(
    'select * from set_platform_settings(p_deferred_warning_hours => 8761)', 'LUHRD',
    'deferred_warning_hours must be from 0 to 8760', 'an event waits a year at most (LUHRD)'
);
select throws_ok(
    'select * from set_platform_settings(p_deferred_warning_hours => -1)', 'LUHRD', null,
    'and not less than no time (LUHRD)'
);
select is(
    pg_temp.charge('res_test'), 'rejected TEST_EVENT',
    'events of a test mode are refused at first (TEST_EVENT)'
);
select results_eq(
    $$
    select s.deferred_warning_hours, s.takes_test_events
    from set_platform_settings(p_deferred_warning_hours => 0, p_takes_test_events => true) as s
    $$,
    $$values (0, true)$$, 'unless the platform takes them'
);
select is(pg_temp.charge('res_test'), 'processed', 'then they are processed');
reset role;
select is(
    (
        select to_jsonb(s) - '{unknown_restaurants,default_timezone}'::text[]
        from reporting.platform_settings as s
    ),
    '{"payouts_waiting_hours": 72, "deferred_warning_hours": 0, "takes_test_events": true, "seal_hours": 24}'::jsonb,
    'the view shows them, and what was not named stayed as it was'
);

-- The service
set local role cuenta_app;
select throws_ok(
    'select * from set_platform_settings(''refuse'')', '42501',
    'permission denied for function set_platform_settings', 'is not for the service (42501)'
);
select is(
    pg_temp.charge('res_4', '{"n": 1e131071}'), 'rejected NUMBER_OUT_OF_RANGE',
    'a number that explodes is refused wherever it stands (NUMBER_OUT_OF_RANGE)'
);
reset role;

select * from finish();
rollback;
