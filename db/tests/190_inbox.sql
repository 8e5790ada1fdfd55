-- What was refused, contradicts what is known or waits: list_inbox, reporting.inbox, dismiss_event.
begin;
select plan(73);

create function pg_temp.send(p_id text, p_change jsonb default '{}') returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', '2025-12-30T10:00:00Z',
        'restaurant_id', 'res_001', 'currency', 'PEN', 'amount', 1000
    ) || p_change
) as a
$$;
create function pg_temp.refund(p_id text, p_change jsonb default '{}') returns text
language sql
as $$
select pg_temp.send(
    p_id, '{"event_type": "refund_succeeded", "payment_id": "pay_w"}'::jsonb || p_change
)
$$;
-- The open rows as "id status code deliveries", the newest first.
create function pg_temp.inbox(
    p_code text default null, p_status text default null, p_restaurant_id text default null
)
returns text[]
language sql
as $$
select array(
    select concat_ws(' ', coalesce(i.event_id, '-'), i.status, i.code, i.deliveries)
    from api.list_inbox(p_code, p_status, p_restaurant_id) as i
)
$$;
create function pg_temp.waiting() returns integer
language sql
as $$select b.deferred_count from ledger.account_balances as b where b.restaurant_id = 'res_001'$$;
create function pg_temp.failure(p_statement text) returns text
language plpgsql
as $$
begin
    execute p_statement;
    return null;
exception
    when others then
        return sqlstate;
end
$$;

select is(pg_temp.inbox(), '{}', 'nothing is in the inbox at first');

-- What was refused
select is(pg_temp.send('e_1', '{"amount": 0}'), 'rejected AMOUNT_INVALID', 'an amount of 0');
select is(pg_temp.send('e_1', '{"fee": -1}'), 'rejected FEE_INVALID', 'then a negative fee');
select is(
    pg_temp.inbox(), '{e_1 rejected FEE_INVALID 2}',
    'an event is one row with its latest state, and how often it was told'
);
select results_eq(
    $$
    select i.provider, i.message = r.message, i.details, i.event_type, i.restaurant_id,
        i.currency, i.amount, i.last_seen_at > i.first_seen_at,
        i.first_seen_at = (select min(j.received_at) from ledger.event_rejections as j),
        i.age_seconds, i.rejection_no is not null, i.payload
    from api.list_inbox() as i
    inner join ledger.rejection_reasons as r on i.code = r.code
    $$,
    $$
    values (
        'default', true, '{"field": "fee"}'::jsonb, 'charge_succeeded', 'res_001', 'PEN',
        1000::bigint, true, true, 0::bigint, true, null::jsonb
    )
    $$,
    'with what it says, the facts, since when and when last'
);
select is(pg_temp.send('e_1'), 'processed', 'at last it is right');
select is(pg_temp.inbox(), '{}', 'a refused event that was posted under its id is not open any more');
select is_empty('select i.event_id from reporting.inbox as i', 'nor in the view');
select is(
    pg_temp.send('e_1', '{"amount": 7}'), 'conflict EVENT_ID_REUSED', 'its id is used again'
);
select is(
    pg_temp.inbox(), '{e_1 conflict EVENT_ID_REUSED 3}', 'what contradicts a posted event is open'
);
select is(
    pg_temp.send('e_1', '{"amount": "x"}'), 'rejected AMOUNT_INVALID', 'or told in a bad way'
);
select is(pg_temp.inbox(), '{e_1 rejected AMOUNT_INVALID 4}', 'as is a bad copy of it');
select is(
    pg_temp.send('e_1', '{"provider": "other", "amount": 0}'), 'rejected AMOUNT_INVALID',
    'another processor uses the id'
);
select is(
    pg_temp.inbox(), '{e_1 rejected AMOUNT_INVALID 1,e_1 rejected AMOUNT_INVALID 4}',
    'which is a row of its own'
);

-- What has no readable event_id
select is(
    pg_temp.send('bad id', '{"restaurant_id": "res_bad"}'), 'rejected EVENT_ID_INVALID', 'a bad id'
);
select is(
    pg_temp.send('bad id', '{"restaurant_id": "res_bad"}'), 'rejected EVENT_ID_INVALID', 'once more'
);
select is(
    pg_temp.inbox(p_restaurant_id => 'res_bad'),
    '{- rejected EVENT_ID_INVALID 1,- rejected EVENT_ID_INVALID 1}',
    'deliveries whose event_id cannot be read are rows of their own'
);
select is(
    (select array_agg(i.payload ->> 'event_id') from api.list_inbox('EVENT_ID_INVALID') as i),
    '{bad id,bad id}', 'with their documents, as get_event has none'
);

-- What waits
select is(pg_temp.refund('r_1'), 'deferred WAITS_FOR_PAYMENT', 'a refund before its charge');
select is(pg_temp.refund('r_1'), 'deferred WAITS_FOR_PAYMENT', 'told again');
select is(
    pg_temp.inbox(p_status => 'deferred'), '{r_1 deferred WAITS_FOR_PAYMENT 2}',
    'waits, one row, told twice'
);
select results_eq(
    $$
    select i.details, i.event_type, i.message, i.last_seen_at > i.first_seen_at
    from api.list_inbox('WAITS_FOR_PAYMENT') as i
    $$,
    $$
    values (
        '{"event_type": "charge_succeeded", "subject_id": "pay_w"}'::jsonb, 'refund_succeeded',
        'kept until the charge of its payment is here', true
    )
    $$,
    'and says for what'
);
select is(
    pg_temp.refund('r_1', '{"amount": 9}'), 'conflict EVENT_ID_REUSED', 'told otherwise meanwhile'
);
select is(
    pg_temp.inbox(p_status => 'deferred') || pg_temp.inbox(p_status => 'conflict'),
    '{r_1 conflict EVENT_ID_REUSED 3}', 'it is one row still, of its latest state'
);
select is(
    (
        select concat_ws(' ', d.status, d.code, d.actor, d.reason)
        from api.dismiss_event('r_1', 'a typo', p_actor => 'ana') as d
    ),
    'dismissed EVENT_ID_REUSED ana a typo', 'the contradiction is dismissed'
);
select is(
    pg_temp.inbox(p_status => 'deferred'), '{r_1 deferred WAITS_FOR_PAYMENT 3}',
    'and the first one waits'
);
select is(
    pg_temp.send('c_w', '{"payment_id": "pay_w"}'), 'processed', 'the charge that it waits for'
);
select is(pg_temp.inbox(p_status => 'deferred'), '{}', 'lets it wait no longer');

-- Filters, pages and the view
select is(
    pg_temp.inbox('AMOUNT_INVALID', 'rejected', 'res_001'),
    '{e_1 rejected AMOUNT_INVALID 1,e_1 rejected AMOUNT_INVALID 4}', 'filters go together'
);
select is(pg_temp.inbox('AMOUNT_INVALID', 'conflict'), '{}', 'and may fit nothing');
select set_eq(
    $$
    select i.event_id, i.provider, i.status, i.code, i.message, i.details, i.deliveries,
        i.first_seen_at, i.last_seen_at, i.rejection_no
    from api.list_inbox() as i
    $$,
    $$
    select i.event_id, i.provider, i.status, i.code, i.message, i.details, i.deliveries,
        i.first_seen_at, i.last_seen_at, i.rejection_no
    from reporting.inbox as i
    where i.is_open
    $$,
    'the view has the same rows'
);
create temporary table pages (no integer, id bigint, cursor text);
create function pg_temp.turn(p_no integer) returns text
language sql
as $$
insert into pages (no, id, cursor)
select p_no, i.rejection_no, i.cursor
from api.list_inbox(
    p_limit => 2, p_cursor => (select min(p.cursor) from pages as p where p.no = -p_no)
) as i;
select null::text
$$;
select pg_temp.turn(1);
update pages
set no = -2
where ctid = (select p.ctid from pages as p where p.no = 1 order by p.id limit 1);
select is(
    pg_temp.send('e_1', '{"provider": "other", "amount": 0}'), 'rejected AMOUNT_INVALID',
    'while pages are turned an event is told again'
);
select is(pg_temp.send('new', '{"amount": 0}'), 'rejected AMOUNT_INVALID', 'and a new one is refused');
select pg_temp.turn(2);
select results_eq(
    'select count(*), count(distinct abs(p.id)) from pages as p', 'values (4::bigint, 4::bigint)',
    'pages neither skip nor repeat a row'
);
select is(
    (
        select array_agg(i.event_id || ' ' || i.provider || ' ' || i.deliveries)
        from api.list_inbox(p_limit => 500, p_cursor => (select p.cursor from pages as p where p.no = -2)) as i
        where i.provider = 'other'
    ),
    '{e_1 other 2}', 'and show what was told again as it is now'
);

-- What people close
select is(
    (select d.status || ' ' || d.actor from api.dismiss_event('new', 'a test', p_actor => 'ana') as d),
    'dismissed ana', 'an event is dismissed'
);
select is(
    (select d.actor || ' ' || d.reason from api.dismiss_event('new', 'again', p_actor => 'bea') as d),
    'ana a test', 'a second time changes nothing: the first one is answered'
);
select is(
    pg_temp.inbox('AMOUNT_INVALID', null, 'res_001'),
    '{e_1 rejected AMOUNT_INVALID 2,e_1 rejected AMOUNT_INVALID 4}', 'it is not open any more'
);
select is(
    (
        select array_agg(concat_ws(' ', i.event_id, i.status, i.code, i.actor, i.reason, i.decided_at is not null))
        from api.list_inbox(p_status => 'dismissed') as i
    ),
    array[
        'new dismissed AMOUNT_INVALID ana a test t', 'r_1 dismissed EVENT_ID_REUSED ana a typo t'
    ],
    'but shown among the dismissed, with who, why and when'
);
select is(pg_temp.send('new', '{"amount": 0}'), 'rejected AMOUNT_INVALID', 'told again');
select is(
    pg_temp.inbox('AMOUNT_INVALID', 'rejected')::text like '{"new rejected AMOUNT_INVALID 2"%', true,
    'it is open again'
);
select is(pg_temp.inbox('AMOUNT_INVALID', 'dismissed'), '{}', 'and not dismissed');
select is(
    (select count(*)::integer from reporting.inbox as i where i.event_id = 'new'), 1,
    'one row in the view, too'
);

-- What waits and is dismissed
select is(pg_temp.refund('r_2', '{"payment_id": "pay_x"}'), 'deferred WAITS_FOR_PAYMENT', 'waits');
select is(pg_temp.waiting(), 1, 'its account knows');
select is(
    (select d.status || ' ' || d.code from api.dismiss_event('r_2', 'not ours') as d),
    'dismissed WAITS_FOR_PAYMENT', 'is dismissed'
);
select is(pg_temp.waiting(), 0, 'its account knows that, too');
select is(
    pg_temp.send('c_x', '{"payment_id": "pay_x"}'), 'processed', 'and when its charge comes'
);
select throws_ok(
    'select 1 / count(*) from ledger.processor_events as e where e.event_id = ''r_2''', '22012', null,
    'it is not posted any more'
);
select is(
    (select e.status || ' ' || (e.dismissals -> 0 ->> 'reason') from api.get_event('r_2') as e),
    'dismissed not ours', 'get_event shows it so'
);
select is(
    pg_temp.refund('r_2', '{"payment_id": "pay_x"}'), 'processed', 'told again, it is posted'
);
select is(
    pg_temp.inbox('WAITS_FOR_PAYMENT', 'dismissed'), '{}', 'and not dismissed any more'
);

-- What was refused, waits since, and is dismissed
create function pg_temp.rows_of(p_id text) returns text[]
language sql
as $$
select array(
    select concat_ws(' ', i.status, i.code, i.is_open)
    from reporting.inbox as i
    where i.event_id = p_id
    order by 1
)
$$;
create function pg_temp.test_refund() returns text
language sql
as $$select pg_temp.refund('r_3', '{"payment_id": "pay_y", "livemode": false}')$$;
select is(pg_temp.test_refund(), 'rejected TEST_EVENT', 'a refund of a test mode, which is refused');
select api.set_platform_settings(p_takes_test_events => true);
select is(
    pg_temp.test_refund(), 'deferred WAITS_FOR_PAYMENT', 'waits when test modes are taken'
);
select is(
    (select d.status || ' ' || d.code from api.dismiss_event('r_3', 'a test', p_actor => 'ana') as d),
    'dismissed WAITS_FOR_PAYMENT', 'and is dismissed'
);
select is(
    pg_temp.rows_of('r_3'), '{dismissed WAITS_FOR_PAYMENT f}',
    'the refusal from before it waited is not open again'
);
select is(pg_temp.inbox('TEST_EVENT'), '{}', 'nor listed');
select is(
    array(select i.code from api.list_inbox(p_status => 'dismissed') as i where i.event_id = 'r_3'),
    '{WAITS_FOR_PAYMENT}', 'among the dismissed it is one row'
);
select pg_temp.test_refund();
select is(
    pg_temp.rows_of('r_3'), '{deferred WAITS_FOR_PAYMENT t}', 'told again, it waits, and nothing else'
);
-- In one array, at one moment, with these amounts
create function pg_temp.array_of(p_amounts jsonb) returns text
language sql
as $$
select string_agg(concat_ws(' ', a.status, a.code), ', ' order by a.item)
from api.ingest_events((
    select jsonb_agg(
        jsonb_build_object(
            'event_id', 'r_4', 'event_type', 'refund_succeeded', 'occurred_at',
            '2025-12-30T10:00:00Z', 'restaurant_id', 'res_001', 'currency', 'PEN', 'amount',
            x.amount, 'payment_id', 'pay_y'
        )
        order by x.no
    )
    from jsonb_array_elements(p_amounts) with ordinality as x (amount, no)
)) as a
$$;
select is(
    pg_temp.array_of('[0, 7]'), 'rejected AMOUNT_INVALID, deferred WAITS_FOR_PAYMENT',
    'refused and waiting at one moment'
);
select api.dismiss_event('r_4', 'a test');
select is(
    pg_temp.rows_of('r_4'), '{dismissed WAITS_FOR_PAYMENT f}', 'it is dismissed as a whole'
);
select is(
    pg_temp.array_of('[7, 9]'), 'deferred WAITS_FOR_PAYMENT, conflict EVENT_ID_REUSED',
    'waiting, and told otherwise by the time that somebody has seen it wait'
);
select ledger.write_dismissal('r_4', 'default', null, 'ana', 'a test', clock_timestamp());
select is(
    pg_temp.inbox('EVENT_ID_REUSED')::text like '{"r_4 conflict EVENT_ID_REUSED %', true,
    'what has come meanwhile is open: nobody has dismissed it'
);
select api.set_platform_settings(p_takes_test_events => false);

-- What cannot be read is dismissed by its number
select is(
    (
        select concat_ws(' ', d.status, d.code, d.actor, d.reason)
        from api.list_inbox('EVENT_ID_INVALID', p_limit => 1) as i
        cross join lateral api.dismiss_rejection(i.rejection_no, 'a test', 'ana') as d
    ),
    'dismissed EVENT_ID_INVALID ana a test', 'a delivery without an event_id is dismissed by its number'
);
select is(pg_temp.inbox('EVENT_ID_INVALID'), '{- rejected EVENT_ID_INVALID 1}', 'the other one is open');
select is(
    (
        select d.reason
        from api.list_inbox('EVENT_ID_INVALID', 'dismissed') as i
        cross join lateral api.dismiss_rejection(i.rejection_no, 'again') as d
    ),
    'a test', 'and again changes nothing'
);

-- What is refused
select is(
    array[
        pg_temp.failure('select * from api.list_inbox(p_status => ''open'')'),
        pg_temp.failure('select * from api.list_inbox(''NO_CODE'')'),
        pg_temp.failure('select * from api.list_inbox(p_limit => 0)'),
        pg_temp.failure('select * from api.list_inbox(p_cursor => ''31'')'),
        pg_temp.failure('select * from api.dismiss_event(''nobody'', ''x'')'),
        pg_temp.failure('select * from api.dismiss_event(null, ''x'')'),
        pg_temp.failure('select * from api.dismiss_event(''e_1'', ''x'', null)'),
        pg_temp.failure('select * from api.dismiss_event(''e_1'', '' '')'),
        pg_temp.failure('select * from api.dismiss_event(''e_1'', null)'),
        pg_temp.failure('select * from api.dismiss_event(''e_1'', ''x'', p_actor => '''')'),
        pg_temp.failure('select * from api.dismiss_event(''c_x'', ''x'')'),
        pg_temp.failure('select * from api.dismiss_rejection(1, ''x'')'),
        pg_temp.failure('select * from api.dismiss_rejection(null, ''x'')')
    ],
    array[
        'LUIST', 'LURCD', 'LBLIM', 'LBCUR', 'LNEVT', 'LBARG', 'LBARG', 'LURSN', 'LBARG', 'LUACT',
        'LCOPN', 'LNREJ', 'LBARG'
    ],
    'a status, code, limit, cursor, event, reason, actor that cannot be; what was posted'
);
select throws_ok(
    'update ledger.event_dismissals set reason = ''x''', 'LCAPP', null,
    'a dismissal is never changed (LCAPP)'
);
select throws_ok(
    'delete from ledger.event_dismissals', 'LCAPP', null, 'nor removed (LCAPP)'
);

-- Who may
set local role cuenta_app;
select lives_ok('select * from list_inbox()', 'the service reads the inbox');
select throws_ok(
    'select * from dismiss_event(''e_1'', ''x'')', '42501', null, 'and dismisses nothing (42501)'
);
reset role;
set local role cuenta_reader;
select lives_ok('select * from reporting.inbox', 'readers see the view');
reset role;
set local role cuenta_operator;
select lives_ok('select * from dismiss_event(''e_1'', ''x'')', 'people dismiss');
reset role;

select * from finish();
rollback;
