-- Evaluated again, and accepted: replay_event, replay_events, accept_event, and what get_event shows.
begin;
select plan(98);

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
create function pg_temp.refund(p_id text, p_payment_id text, p_change jsonb default '{}')
returns text
language sql
as $$
select pg_temp.send(
    p_id,
    jsonb_build_object('event_type', 'refund_succeeded', 'payment_id', p_payment_id) || p_change
)
$$;
create function pg_temp.dispute(p_id text, p_payment_id text) returns text
language sql
as $$
select pg_temp.send(
    p_id, jsonb_build_object(
        'event_type', 'dispute_opened', 'payment_id', p_payment_id, 'dispute_id', 'd_' || p_id
    )
)
$$;
create function pg_temp.replay(p_id text) returns text
language sql
as $$select concat_ws(' ', a.status, a.code, a.entries) from api.replay_event(p_id) as a$$;
create function pg_temp.accept(p_id text) returns text
language sql
as $$
select concat_ws(' ', a.status, a.code, a.entries)
from api.accept_event(p_id, 'it happened', p_actor => 'ana') as a
$$;
create function pg_temp.open() returns text[]
language sql
as $$select array(select i.event_id || ' ' || i.status from api.list_inbox() as i order by 1)$$;
create function pg_temp.money() returns text
language sql
as $$
select concat_ws(' ', b.balance, b.held, b.deferred_count)
from ledger.account_balances as b
where b.restaurant_id = 'res_001' and b.currency = 'PEN'
$$;
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

-- What was refused, when its cause is mended
select is(
    (select s.unknown_restaurants from api.set_platform_settings('refuse') as s), 'refuse',
    'unknown restaurants are refused'
);
select is(pg_temp.send('u_1'), 'rejected RESTAURANT_UNKNOWN', 'a charge of one');
select is(pg_temp.replay('u_1'), 'rejected RESTAURANT_UNKNOWN 0', 'replayed it is refused again');
select is(
    (select i.deliveries from api.list_inbox() as i), 2::bigint, 'which is one more delivery'
);
select is(
    (select s.restaurant_id from api.set_restaurant('res_001') as s), 'res_001',
    'when the restaurant is registered'
);
select is(pg_temp.replay('u_1'), 'processed 1', 'a replay posts it');
select is(pg_temp.money(), '1000 0 0', 'once');
select is(pg_temp.open(), '{}', 'and it is not open any more');
select is(pg_temp.replay('u_1'), 'already_processed 1', 'replayed again it is known');
select is(pg_temp.send('u_1'), 'already_processed', 'as it is when it is told again');
select is(
    (select e.received_at > (e.rejections -> 1 ->> 'received_at')::timestamptz from api.get_event('u_1') as e),
    true, 'it was received when it was replayed'
);
select is(
    pg_temp.send('u_1', '{"amount": 2}'), 'conflict EVENT_ID_REUSED', 'what contradicts it'
);
select is(
    pg_temp.replay('u_1'), 'conflict EVENT_ID_REUSED 0', 'does so when it is replayed, too'
);
select is(pg_temp.money(), '1000 0 0', 'and posts nothing');

-- What waits
select is(pg_temp.refund('r_1', 'p_1'), 'deferred WAITS_FOR_PAYMENT', 'a refund before its charge');
select is(pg_temp.replay('r_1'), 'deferred WAITS_FOR_PAYMENT 0', 'still waits when it is replayed');
select is(
    (select count(*)::integer from ledger.deferred_events), 1, 'and is there once'
);
select is(pg_temp.money(), '1000 0 1', 'and counted once');
do $do$
begin
    -- As if what it waits for had come before this version.
    insert into ledger.processor_events (
        restaurant_id, currency, provider, event_id, event_type, amount, fee, occurred_at,
        received_at, entry_count, payload, subject_id
    )
    values (
        'res_001', 'PEN', 'default', 'c_1', 'charge_succeeded', 1000, 0, '2025-12-30T10:00:00Z',
        clock_timestamp(), 0, '{"payment_id": "p_1"}', 'p_1'
    );
end
$do$;
select is(
    pg_temp.replay('r_1'), 'rejected AMOUNT_EXCEEDS_PAYMENT 0',
    'when what it waits for is here, it is decided on'
);
select is(pg_temp.money(), '1000 0 0', 'it does not wait any more, and its account knows');
select is(
    pg_temp.open() @> array['r_1 rejected'], true, 'and it is in the inbox as what it is now'
);
select is(
    (select d.status from api.dismiss_event('r_1', 'a test') as d), 'dismissed', 'dismissed'
);
select is(
    pg_temp.replay('r_1'), 'rejected AMOUNT_EXCEEDS_PAYMENT 0', 'it can be replayed all the same'
);

-- What was dismissed while it waited
select is(pg_temp.refund('r_2', 'p_2'), 'deferred WAITS_FOR_PAYMENT', 'another refund waits');
select is((select d.status from api.dismiss_event('r_2', 'x') as d), 'dismissed', 'is dismissed');
select is(pg_temp.send('c_2', '{"payment_id": "p_2"}'), 'processed', 'its charge comes');
select is(pg_temp.replay('r_2'), 'processed 1', 'and a replay posts it');
select is(pg_temp.money(), '1000 0 0', 'once');

-- What waits in vain: its payment came in another currency
select is(
    concat_ws(
        ', ', pg_temp.refund('v_1', 'p_v'), pg_temp.refund('v_2', 'p_v'),
        pg_temp.send('v_3', '{"payment_id": "p_v", "currency": "USD"}'), pg_temp.replay('v_1')
    ),
    'deferred WAITS_FOR_PAYMENT, deferred WAITS_FOR_PAYMENT, processed, '
    'rejected PAYMENT_MISMATCH 0',
    'one of two that wait for a payment in another currency is decided on'
);
select is(
    (select string_agg(d.event_id, ' ') from ledger.deferred_events as d where d.subject_id = 'p_v'),
    'v_2', 'and the other one waits: nobody has asked about it'
);
select is(
    concat_ws(
        ', ',
        pg_temp.refund('v_4', 'p_u', '{"refund_id": "re_u"}'),
        pg_temp.refund('v_5', 'p_u', '{"refund_id": "re_u", "currency": "USD"}'),
        pg_temp.send('v_6', '{"payment_id": "p_u", "currency": "USD"}')
    ),
    'deferred WAITS_FOR_PAYMENT, deferred WAITS_FOR_PAYMENT, processed',
    'of one refund that is told in two currencies the one of its payment is posted'
);
select is(
    pg_temp.refund('v_4', 'p_u', '{"refund_id": "re_u"}'), 'conflict SUBJECT_REUSED',
    'the other one, told again, is a conflict'
);
select is(
    (select d.code from ledger.deferred_events as d where d.event_id = 'v_4'), 'WAITS_FOR_PAYMENT',
    'and waits as it did'
);
select api.dismiss_event('v_4', 'a conflict', p_actor => 'ana');
select is(pg_temp.replay('v_4'), 'conflict SUBJECT_REUSED 0', 'a replay decides on what waits');
select is_empty(
    'select d.code from ledger.deferred_events as d where d.event_id = ''v_4''',
    'and it waits no longer'
);
select is_empty(
    'select c.finding from reporting.check_deferral_without_end as c', 'and is kept as a conflict'
);
select api.dismiss_event('v_4', 'of another test', p_actor => 'ana');
select api.dismiss_event('v_2', 'of another test', p_actor => 'ana');
select api.dismiss_event('v_1', 'of another test', p_actor => 'ana');

-- What waits though what it waits for is here, as after a change of the rules
select is(pg_temp.send('c_4', '{"payment_id": "p_4"}'), 'processed', 'a charge');
do $do$
begin
    insert into ledger.deferred_events (
        occurred_at, received_at, restaurant_id, currency, provider, event_id, event_type,
        first_type, subject_id, code, payload
    )
    values (
        '2025-12-30T10:00:00Z', clock_timestamp(), 'res_001', 'PEN', 'default', 'r_4',
        'refund_succeeded', 'charge_succeeded', 'p_4', 'WAITS_FOR_PAYMENT',
        '{"event_id": "r_4", "event_type": "refund_succeeded", "payment_id": "p_4", "amount": 1000,
        "occurred_at": "2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN"}'
    );
    update ledger.account_balances set deferred_count = deferred_count + 1
    where restaurant_id = 'res_001' and currency = 'PEN';
end
$do$;
select is(pg_temp.money(), '2000 0 1', 'of which a refund waits all the same');
select is(pg_temp.replay('r_4'), 'processed 1', 'is posted by a replay');
select is(pg_temp.money(), '1000 0 0', 'once, and waits no longer');
select is(
    (select count(*)::integer from ledger.deferred_events), 0, 'and is not there a second time'
);

-- Facts that a cap refused
select is(pg_temp.dispute('d_2', 'p_2'), 'rejected AMOUNT_EXCEEDS_PAYMENT', 'a dispute of it');
select is(pg_temp.accept('d_2'), 'processed 1', 'is accepted');
select is(pg_temp.money(), '0 1000 0', 'and posted');
select is(pg_temp.accept('d_2'), 'already_processed 1', 'never twice');
select is(pg_temp.send('d_2', '{"event_type": "dispute_opened", "payment_id": "p_2", "dispute_id": "d_d_2"}'),
    'already_processed', 'told again it is known');
select is(pg_temp.money(), '0 1000 0', 'and nothing is posted');
select results_eq(
    $$
    select e.status, e.acceptance - 'accepted_at', jsonb_array_length(e.rejections),
        e.follows
    from api.get_event('d_2') as e
    $$,
    $$
    values (
        'processed',
        '{"code": "AMOUNT_EXCEEDS_PAYMENT", "actor": "ana", "reason": "it happened"}'::jsonb, 1,
        '[{
            "relation": "payment", "event_id": "c_2", "provider": "default",
            "event_type": "charge_succeeded"
        }]'::jsonb
    )
    $$,
    'get_event shows who accepted it and why, and the charge that it follows'
);
select is(
    (
        select concat_ws(' ', i.event_id, i.status, i.code, i.actor, i.reason)
        from api.list_inbox(p_status => 'accepted') as i
    ),
    'd_2 accepted AMOUNT_EXCEEDS_PAYMENT ana it happened', 'the list shows it among the accepted'
);
select is(
    (select count(*)::integer from reporting.inbox as i where i.event_id = 'd_2' and not i.is_open),
    1, 'the view, too, in one row'
);
select is(
    pg_temp.send('w_2', '{"event_type": "dispute_won", "dispute_id": "d_d_2"}'), 'processed',
    'what follows it goes its usual way'
);
select is(pg_temp.money(), '1000 0 0', 'the dispute is won');

select is(
    (select s.closed_at is not null from api.set_restaurant('res_001', p_closed => true) as s),
    true, 'the restaurant closes'
);
select is(
    pg_temp.send('late', '{"payment_id": "p_late", "fee": 100}'), 'rejected RESTAURANT_CLOSED',
    'a charge after that'
);
select is(pg_temp.refund('late_r', 'p_late'), 'deferred WAITS_FOR_PAYMENT', 'and its refund');
select is(
    (select d.status from api.dismiss_event('late', 'not ours') as d), 'dismissed', 'dismissed first'
);
select is(pg_temp.accept('late'), 'processed 2', 'then accepted');
select is(
    (select e.status from api.get_event('late_r') as e), 'processed',
    'what waited for it is posted with it'
);
select is(pg_temp.money(), '900 0 0', 'all once');
select is(
    (select count(*)::integer from reporting.inbox as i where i.event_id = 'late'), 1,
    'it is one row in the view'
);
select is(
    (select i.status from reporting.inbox as i where i.event_id = 'late'), 'accepted',
    'the last decision counts'
);
select is_empty(
    'select c.* from api.check_integrity() as c where c.severity = ''error'' and c.findings > 0 '
    'and c.check_name not in (''event_without_its_entries'', ''event_differs_from_rule'', '
    '''event_differs_from_document'')',
    'the book is sound, but for the charge that this test made up'
);

-- What is not accepted
select is(pg_temp.send('bad', '{"amount": 0}'), 'rejected AMOUNT_INVALID', 'what is not valid');
select throws_ok(
    'select * from api.accept_event(''bad'', ''x'')', 'LUACC',
    'an event with the code AMOUNT_INVALID cannot be accepted', 'cannot be accepted (LUACC)'
);
select is(pg_temp.refund('r_3', 'p_3'), 'deferred WAITS_FOR_PAYMENT', 'nor what waits');
select is(
    array[
        pg_temp.failure('select * from api.accept_event(''r_3'', ''x'')'),
        pg_temp.failure('select * from api.accept_event(''u_1'', ''x'')'),
        pg_temp.failure('select * from api.accept_event(''nobody'', ''x'')'),
        pg_temp.failure('select * from api.accept_event(null, ''x'')'),
        pg_temp.failure('select * from api.accept_event(''bad'', null)'),
        pg_temp.failure('select * from api.accept_event(''bad'', '' '')'),
        pg_temp.failure('select * from api.accept_event(''bad'', ''x'', p_actor => '' x'')'),
        pg_temp.failure('select * from api.replay_event(''nobody'')'),
        pg_temp.failure('select * from api.replay_event(null)'),
        pg_temp.failure('select * from api.replay_events(null)'),
        pg_temp.failure('select * from api.replay_events(''NO_CODE'')'),
        pg_temp.failure('select * from api.replay_events(''FEE_INVALID'', 501)')
    ],
    array[
        'LUACC', 'LUACC', 'LNEVT', 'LBARG', 'LBARG', 'LURSN', 'LUACT', 'LNEVT', 'LBARG', 'LBARG',
        'LURCD', 'LBLIM'
    ],
    'nor a conflict; events, reasons, actors, codes and limits are checked'
);

-- What is not replayed
select is(
    pg_temp.send('wild', '{"metadata": {"x": 1e400}, "event_type": "refund_succeeded"}'),
    'rejected NUMBER_OUT_OF_RANGE', 'a refund whose metadata hold a wild number'
);
select throws_ok(
    'select * from api.replay_event(''wild'')', 'LUDOC', null,
    'was not kept whole: without its metadata it would be another event (LUDOC)'
);
select is(pg_temp.send('wild_fee', '{"fee": 1e400}'), 'rejected FEE_INVALID', 'nor a wild fee');
select throws_ok(
    'select * from api.replay_event(''wild_fee'')', 'LUDOC', null,
    'without which it would be posted free (LUDOC)'
);
select is(pg_temp.send('wild_amount', '{"amount": 1e400}'), 'rejected AMOUNT_INVALID', 'nor a wild amount');
select throws_ok(
    'select * from api.replay_event(''wild_amount'')', 'LUDOC', null,
    'of which nobody shall think that it had none (LUDOC)'
);
select is(
    pg_temp.send('bad_name', '{"metadata": {"payment_id": "a b"}}'), 'rejected PAYMENT_ID_INVALID',
    'a bad name in metadata'
);
select is(pg_temp.replay('bad_name'), 'rejected PAYMENT_ID_INVALID 0', 'is whole, and evaluated again');
select is(
    pg_temp.send(
        'forged',
        '{"provider": "operator", "event_type": "adjustment_credited", "reason": "x", "actor": "x",
        "occurred_at": "2999-01-01T00:00:00Z"}'
    ),
    'rejected OCCURRED_AT_IN_FUTURE', 'a processor pretends to be a person'
);
select throws_ok(
    'select * from api.replay_event(''forged'', ''operator'')', 'LUOPR', null,
    'what people do is repeated by its own function (LUOPR)'
);

-- Many
select is(
    (select s.closed_at from api.set_restaurant('res_001', p_closed => false) as s), null,
    'the restaurant opens again'
);
select is(
    string_agg(pg_temp.send(e.id, e.change), ' ' order by e.id),
    'rejected RESTAURANT_UNKNOWN rejected RESTAURANT_UNKNOWN rejected RESTAURANT_UNKNOWN '
    'rejected RESTAURANT_UNKNOWN',
    'charges of restaurants that are unknown'
)
from (
    values
    ('m_1', '{"restaurant_id": "res_m1"}'::jsonb),
    ('m_2', '{"restaurant_id": "res_m2"}'),
    ('m_3', '{"restaurant_id": "res_m3"}'),
    ('m_4', '{"restaurant_id": "res_m4"}')
) as e (id, change);
select is(
    (
        select string_agg(s.restaurant_id, ' ')
        from unnest('{res_m1,res_m2,res_m3}'::text[]) as r (id)
        cross join lateral api.set_restaurant(r.id) as s
    ),
    'res_m1 res_m2 res_m3', 'of which three are registered'
);
set local session_replication_role = replica;
update ledger.restaurants set timezone = 'Nowhere/At_All' where restaurant_id = 'res_m2';
set local session_replication_role = origin;
select results_eq(
    $$
    select r.item, r.event_id, r.status, r.code, r.entries
    from api.replay_events('RESTAURANT_UNKNOWN') as r
    $$,
    $$
    values
    (1, 'm_1', 'processed', null, 1),
    (2, 'm_2', 'failed', '22023', 0),
    (3, 'm_3', 'processed', null, 1),
    (4, 'm_4', 'rejected', 'RESTAURANT_UNKNOWN', 0)
    $$,
    'are replayed, an answer each; a strange one does not stop the others'
);
select is(
    (select array_agg(r.event_id || ' ' || r.status) from api.replay_events('RESTAURANT_UNKNOWN', 1) as r),
    '{m_2 failed}', 'the longest ago first'
);
select is(
    (
        select array_agg(i.event_id || ' ' || i.deliveries order by i.event_id)
        from api.list_inbox('RESTAURANT_UNKNOWN') as i
    ),
    '{m_2 1,m_4 2}', 'what failed is in the inbox as it was'
);
select is(
    (select array_agg(r.event_id || ' ' || r.status) from api.replay_events('WAITS_FOR_PAYMENT') as r),
    '{r_3 deferred}', 'what waits can be replayed by its code, too'
);
select is(
    pg_temp.refund('r_3', 'p_3', '{"amount": 7}'), 'conflict EVENT_ID_REUSED',
    'what contradicts one that waits'
);
select is(
    (select count(*)::integer from api.replay_events('WAITS_FOR_PAYMENT')), 0,
    'stands before it in the inbox, so that it is not open with that code'
);
select is(
    (select d.code from api.dismiss_event('r_3', 'a typo') as d), 'EVENT_ID_REUSED', 'until it is dismissed'
);
select is(pg_temp.replay('r_3'), 'deferred WAITS_FOR_PAYMENT 0', 'then the one that waits is replayed');
select is(
    (select array_agg(r.event_id || ' ' || r.status) from api.replay_events('WAITS_FOR_PAYMENT') as r),
    '{r_3 deferred}', 'by its code, too'
);
select is(
    (select count(*)::integer from api.replay_events('EVENT_ID_INVALID')), 0,
    'what has no event_id cannot'
);

-- What people did
select is(
    (
        select e.status || ' ' || e.provider
        from api.post_adjustment('res_001', 'PEN', 50, 'a gift', 'adj_1', 'ana') as e
    ),
    'processed operator', 'an adjustment'
);
select is(
    (select concat_ws(' ', e.status, e.actor, e.reason) from api.get_event('adj_1', 'operator') as e),
    'processed ana a gift', 'get_event shows who and why'
);
select is(
    (select r.status from api.reverse_event('adj_1', 'no gift', 'rev_1', 'operator') as r),
    'processed', 'is taken back'
);
select is(
    (
        select (e.follows -> 0 ->> 'relation') || ' ' || (e.follows -> 0 ->> 'event_id')
        from api.get_event('rev_1', 'operator') as e
    ),
    'reversed adj_1', 'and what an event takes back'
);
select is(
    (
        select concat_ws(' ', e.status, e.waits_for ->> 'code', e.waits_for ->> 'subject_id')
        from api.get_event('r_3') as e
    ),
    'deferred WAITS_FOR_PAYMENT p_3', 'and what one waits for'
);

-- Who may
set local role cuenta_app;
select throws_ok('select * from replay_event(''bad'')', '42501', null, 'the service replays nothing');
select throws_ok('select * from replay_events(''FEE_INVALID'')', '42501', null, 'not many either');
select throws_ok('select * from accept_event(''bad'', ''x'')', '42501', null, 'nor accepts');
reset role;
set local role cuenta_operator;
select lives_ok('select * from replay_event(''bad'')', 'people do');
reset role;

select * from finish();
rollback;
