-- Keys: who may come in, and what a restaurant's own key sees.
begin;
select plan(95);

do $do$
begin
    perform api.ingest_event(
        jsonb_build_object(
            'event_id', 'evt_' || r.id, 'event_type', 'charge_succeeded',
            'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', r.id, 'currency', 'PEN',
            'amount', 12000, 'fee', 600, 'payment_id', 'pay_' || r.id
        )
    )
    from (values ('res_001'), ('res_002')) as r (id);
    perform api.run_payouts('PEN', '2025-12-30');
end
$do$;
create temporary table payouts as select p.restaurant_id, p.payout_id from ledger.payouts as p;
grant select on payouts to public;
create function pg_temp.digest(p_key text) returns bytea
language sql immutable
return sha256(convert_to(p_key, 'UTF8'));
create temporary table keys (what text, key_id text, key text);
grant select, insert on keys to public;

create function pg_temp.own(p_what text, p_function text, p_arguments jsonb default '{}')
returns setof json
language sql
as $$
    select r.answer
    from keys as k
    cross join lateral api.get_own(pg_temp.digest(k.key), p_function, p_arguments) as r
    where k.what = p_what;
$$;
create function pg_temp.failure(p_what text, p_function text) returns text
language plpgsql
as $$
begin
    perform pg_temp.own(p_what, p_function);
    return null;
exception
    when others then
        return concat_ws(' ', sqlstate, sqlerrm);
end
$$;

-- The operator makes keys
set local role cuenta_operator;
insert into keys (what, key_id, key)
select 'first', k.key_id, k.key
from create_api_key('till 1', 'processor', p_actor => 'ana') as k;
select matches(
    k.key, '^cuenta_live_' || k.key_id || '_[0-9a-f]{64}$',
    'a key says that it is one, its id, and 64 digits that are secret'
)
from keys as k;
insert into keys (what, key_id, key)
select r.what, k.key_id, k.key
from
    (values ('own', 'reader', 'res_001'), ('other', 'reader', 'res_002'), ('reader', 'reader', null))
        as r (what, role, restaurant_id)
cross join lateral create_api_key('key ' || r.what, r.role, r.restaurant_id) as k;
insert into keys (what, key_id, key)
select 'ending', k.key_id, k.key
from create_api_key('ending', 'app', null, clock_timestamp() + interval '1 hour') as k;
insert into keys (what, key_id, key)
select 'endless', k.key_id, k.key
from create_api_key('endless', 'app', null, 'infinity') as k;
select is(count(distinct k.key), count(*), 'no two keys are the same') from keys as k;
select results_eq(
    $$
    select l.name, l.role, l.restaurant_id, l.status, l.created_by = session_user, l.expires_at is null,
        l.last_used_at is null
    from list_api_keys() as l
    $$,
    $$
    values
    ('endless', 'app', null, 'active', true, true, true),
    ('ending', 'app', null, 'active', true, false, true),
    ('key reader', 'reader', null, 'active', true, true, true),
    ('key other', 'reader', 'res_002', 'active', true, true, true),
    ('key own', 'reader', 'res_001', 'active', true, true, true),
    ('till 1', 'processor', null, 'active', false, true, true)
    $$,
    'they are listed, the newest first, with who made them; what has no end has none'
);
select results_eq(
    $$
    select l.name
    from list_api_keys(2) as f
    cross join lateral list_api_keys(1, f.cursor) as l
    $$,
    $$values ('ending'), ('key reader')$$,
    'page by page'
);
select throws_ok(
    'select * from list_api_keys(0)', 'LBLIM', 'limit must be from 1 to 500',
    'not with a limit out of range (LBLIM)'
);
select throws_ok(
    'select * from list_api_keys(1, ''zz'')', 'LBCUR', 'cursor is not one of this list',
    'nor with a cursor of something else (LBCUR)'
);
select throws_ok(
    'select * from create_api_key(''x'', ''app'', ''res_001'')', 'LUKBD',
    'a key that is bound to a restaurant reads, and changes nothing',
    'a key for one restaurant has no role that changes things (LUKBD)'
);
select throws_ok(
    'select * from create_api_key(''x'', ''reader'', ''res_9'')', 'LNRES',
    'restaurant ''res_9'' does not exist', 'nor is it for one that nobody knows (LNRES)'
);
select throws_ok(
    'select * from create_api_key(''x'', ''cuenta_owner'')', 'LUKRL',
    'no key has the role ''cuenta_owner''', 'a key has one of four roles (LUKRL)'
);
select throws_ok(
    format('select * from create_api_key(%L, ''app'')', n.name), 'LUKNM',
    'name must be 1 to 128 characters, with no blanks around them',
    format('%L is no name for a key (LUKNM)', n.name)
)
from (values (''), (' ana'), ('a' || chr(9) || 'b'), (repeat('x', 129))) as n (name);
select throws_ok(
    'select * from create_api_key(''x'', ''app'', null, now() - interval ''1 second'')', 'LUKEX',
    'the key would have expired already', 'a key does not begin with its end (LUKEX)'
);
select throws_ok(
    'select * from create_api_key(''x'', ''app'', p_actor => '''')', 'LUACT',
    'actor must be 1 to 128 characters, with no blanks around them', 'nobody makes none (LUACT)'
);
select throws_ok(
    'select * from use_api_key(null)', '42501', 'permission denied for function use_api_key',
    'who makes keys does not ask for the service who shows one (42501)'
);
reset role;
select is_empty(
    $$
    select k.what
    from keys as k
    cross join lateral (select a::text as row_text from access.api_keys as a) as a
    where position(right(k.key, 64) in a.row_text) > 0
    $$,
    'no row has a secret in it'
);

-- The service asks who shows a key
set local role cuenta_door;
select results_eq(
    'select u.* from use_api_key(null) as u',
    $$values (
        true, null::text, null::text, null::text, null::text, null::double precision, null::boolean
    )$$,
    'without a key: that one is wanted'
);
select results_eq(
    $$
    select u.name, u.role, u.restaurant_id, u.seconds_left is null
    from keys as k
    cross join lateral use_api_key(pg_temp.digest(k.key)) as u
    where k.what in ('first', 'own')
    order by u.name
    $$,
    $$values ('key own', 'reader', 'res_001', true), ('till 1', 'processor', null, true)$$,
    'with one: whose it is, and what it may do'
);
select ok(
    u.seconds_left between 3590 and 3600, 'and how long it is valid'
)
from keys as k
cross join lateral use_api_key(pg_temp.digest(k.key)) as u
where k.what = 'ending';
select is(u.key_id, null, format('nothing of %s', w.what))
from (
    values
    ('the key itself instead of its digest', (select k.key::bytea from keys as k where k.what = 'first')),
    ('an unknown digest', sha256('x')),
    ('an empty one', ''::bytea)
) as w (what, digest)
cross join lateral use_api_key(w.digest) as u;
select throws_ok(
    'select * from list_api_keys()', '42501', 'permission denied for function list_api_keys',
    'the door does not see the list (42501)'
);
select throws_ok(
    'select * from access.api_keys', '42501', 'permission denied for schema access',
    'nor the table (42501)'
);
reset role;
select results_eq(
    $$
    select a.name
    from access.api_keys as a
    where a.last_used_at is not null
    order by a.name
    $$,
    $$values ('ending'), ('key own'), ('till 1')$$,
    'what was shown was used'
);
set local role cuenta_writer;
update access.api_keys set last_used_at = '2025-01-01' where name = 'till 1';
update access.api_keys set last_used_at = clock_timestamp() - interval '9 minutes' where name = 'key own';
reset role;
create temporary table used as select a.name, a.last_used_at from access.api_keys as a;
set local role cuenta_door;
select is(count(u.key_id), 2::bigint, 'two are used again')
from keys as k
cross join lateral use_api_key(pg_temp.digest(k.key)) as u
where k.what in ('first', 'own');
reset role;
select results_eq(
    $$
    select a.name
    from access.api_keys as a
    inner join used as u on a.name = u.name and a.last_used_at is distinct from u.last_used_at
    $$,
    $$values ('till 1')$$,
    'which is written once in ten minutes, and not each time'
);

-- A restaurant's own key
set local role cuenta_restaurant;
select is(
    (select o ->> 'available' from pg_temp.own('own', 'get_balance', '{"p_currency": "PEN"}') as o),
    '0', 'sees its balance'
);
select is(
    (
        select o ->> 'available'
        from
            pg_temp.own(
                'own', 'get_balance', '{"p_restaurant_id": "res_001", "p_currency": "PEN"}'
            ) as o
    ),
    '0', 'by its own name, too'
);
select results_eq(
    format(
        $$select distinct o ->> 'restaurant_id' from pg_temp.own('own', %L, %L) as o$$,
        f.name, f.arguments
    ),
    $$values ('res_001')$$,
    format('%s shows what is its own and nothing else', f.name)
)
from (
    values
    ('list_payouts', '{}'), ('list_payments', '{}'), ('list_balances', '{"p_limit": "5"}'),
    ('get_restaurant', '{}'), ('get_payment', '{"p_payment_id": "pay_res_001"}'),
    ('get_statement', '{"p_currency": "PEN", "p_from": "2025-12-01", "p_to": "2025-12-31"}')
) as f (name, arguments);
select is(
    (
        select count(*)
        from pg_temp.own('own', 'list_entries', '{"p_currency": "PEN", "p_limit": "2"}')
    ),
    2::bigint, 'its entries, as many as it wants'
);
select is_empty('select pg_temp.own(''own'', ''list_disputes'')', 'its disputes, of which there are none');
select is(
    (
        select o ->> 'restaurant_id'
        from pg_temp.own('own', 'get_payout', jsonb_build_object('p_payout_id', p.payout_id)) as o
    ),
    'res_001', 'its payout'
)
from payouts as p
where p.restaurant_id = 'res_001';
select isnt_empty(
    format(
        'select pg_temp.own(''own'', ''list_payout_entries'', %L)',
        jsonb_build_object('p_payout_id', p.payout_id)
    ),
    'and what that pays for'
)
from payouts as p
where p.restaurant_id = 'res_001';
select throws_ok(
    format(
        'select pg_temp.own(''own'', %L, %L)', f.name, jsonb_build_object('p_payout_id', p.payout_id)
    ),
    'LNPAY', format('payout ''%s'' does not exist', p.payout_id),
    format('%s of another restaurant''s payout: there is none (LNPAY)', f.name)
)
from payouts as p
cross join (values ('get_payout'), ('list_payout_entries')) as f (name)
where p.restaurant_id = 'res_002';
select throws_ok(
    'select pg_temp.own(''own'', ''get_payout'', ''{"p_payout_id": "po_9"}'')', 'LNPAY',
    'payout ''po_9'' does not exist', 'just as one that is not there (LNPAY)'
);
select throws_ok(
    'select pg_temp.own(''own'', ''get_payout'')', 'LBARG', 'payout_id is missing',
    'a payout has to be named (LBARG)'
);
select throws_ok(
    'select pg_temp.own(''own'', ''get_payment'', ''{"p_payment_id": "pay_res_002"}'')', 'LNPMT',
    'payment ''pay_res_002'' is not known', 'another restaurant''s payment is not known (LNPMT)'
);
select throws_ok(
    format('select pg_temp.own(''own'', %L, ''{"p_restaurant_id": "res_002"}'')', f.name), 'LFOWN',
    'the key is another restaurant''s', format('%s of another restaurant is refused (LFOWN)', f.name)
)
from (
    values
    ('get_balance'), ('get_restaurant'), ('get_statement'), ('list_balances'), ('list_payouts'),
    ('list_payments'), ('get_payment'), ('list_entries'), ('list_disputes'), ('get_payout')
) as f (name);
select is(
    array(
        select p.proname::text
        from pg_catalog.pg_proc as p
        where p.pronamespace = 'api'::regnamespace
            and pg_temp.failure('own', p.proname::text) is distinct from
            'LFOWN a restaurant''s own key may not do this'
        order by p.proname
    ),
    array[
        'get_balance', 'get_payment', 'get_payout', 'get_restaurant', 'get_statement',
        'list_balances', 'list_disputes', 'list_entries', 'list_payments', 'list_payout_entries',
        'list_payouts'
    ],
    'of all functions a restaurant''s own key may call these, and is refused the others (LFOWN)'
);
select throws_ok(
    format('select pg_temp.own(''own'', %L)', f.name), 'LFOWN',
    'a restaurant''s own key may not do this',
    format('%L is no function for it (LFOWN)', f.name)
)
from (values (null), (''), ('get_balance(); select'), ('GET_BALANCE'), ('version')) as f (name);
select throws_ok(
    format('select pg_temp.own(''own'', ''list_payouts'', %L)', a.arguments), 'LBOWN',
    'list_payouts takes other arguments', format('%s are no arguments (LBOWN)', a.arguments)
)
from (
    values
    ('{"p_x": "1"}'::jsonb), ('{"p_limit) as r; select 1 --": "1"}'), ('{"p_limit": 1}'),
    ('{"p_limit": ["1"]}'), ('[]'), ('"p_limit"'), ('null'), (null), ('{"payout_id": "1"}')
) as a (arguments);
select is_empty(
    format('select pg_temp.own(''own'', ''list_payouts'', %L)', a.arguments),
    'what is given is data'
)
from (
    values ('{"p_external_id": "x'') or true --"}'::jsonb)
) as a (arguments);
select throws_ok(
    'select pg_temp.own(''reader'', ''list_payouts'')', 'LFOWN', 'the key is bound to no restaurant',
    'a key that is no restaurant''s is none here (LFOWN)'
);
select throws_ok(
    'select get_own(sha256(''x''), ''list_payouts'')', 'LAKEY', 'the key is not valid, or not any more',
    'a key that nobody made is none (LAKEY)'
);
select throws_ok(
    format('select * from %s', f.call), '42501', null, format('%s itself it may not call (42501)', f.call)
)
from (
    values
    ('get_balance(''res_001'', ''PEN'')'), ('list_payouts(''res_001'')'), ('use_api_key(null)'),
    ('ingest_event(''{}'')'), ('list_api_keys()'), ('ledger.payouts'), ('access.api_keys'),
    ('access.read_own(''get_balance'', ''{}'')'), ('reporting.payouts')
) as f (call);
select is(
    (
        select count(*)
        from pg_temp.own('own', 'list_payouts', jsonb_build_object('p_cursor', r.cursor))
    ),
    0::bigint, 'a cursor of another''s list shows nothing of it'
)
from keys as k
cross join lateral get_own(pg_temp.digest(k.key), 'list_payouts') as r
where k.what = 'other';
reset role;

-- Keys end
set local role cuenta_operator;
select results_eq(
    format(
        'select r.name, r.revoked_at is not null, r.revoked_by from revoke_api_key(%L, ''ana'') as r',
        k.key_id
    ),
    $$values ('key own', true, 'ana')$$, 'the operator takes a key back'
)
from keys as k
where k.what = 'own';
select results_eq(
    format('select r.revoked_by from revoke_api_key(%L, ''eva'') as r', k.key_id),
    $$values ('ana')$$, 'and again, which changes nothing'
)
from keys as k
where k.what = 'own';
select throws_ok(
    format('select * from revoke_api_key(%L)', k.key), 'LNAPK', 'there is no such key',
    'the whole key is no id, and is not said back (LNAPK)'
)
from keys as k
where k.what = 'own';
reset role;
set local role cuenta_writer;
update access.api_keys set expires_at = clock_timestamp() where name in ('ending', 'key other');
reset role;
set local role cuenta_restaurant;
select throws_ok(
    format('select pg_temp.own(%L, ''list_payouts'')', w.what), 'LAKEY',
    'the key is not valid, or not any more', format('%s: gone at once (LAKEY)', w.why)
)
from (values ('own', 'revoked'), ('other', 'expired')) as w (what, why);
reset role;
set local role cuenta_door;
select results_eq(
    format('select u.has_keys, u.name from use_api_key(pg_temp.digest(%L)) as u', k.key),
    $$values (true, null::text)$$, format('the door knows nothing of %s any more', k.what)
)
from keys as k
where k.what in ('own', 'ending');
reset role;
set local role cuenta_operator;
select results_eq(
    'select l.name, l.status from list_api_keys() as l where l.status <> ''active''',
    $$values ('ending', 'expired'), ('key other', 'expired'), ('key own', 'revoked')$$,
    'the list tells'
);
reset role;
select throws_ok(
    s.statement, 'LCAPP', null, 'a key is never removed: without one the service would be open (LCAPP)'
)
from (values ('delete from access.api_keys'), ('truncate access.api_keys')) as s (statement);
select throws_ok(
    'update access.api_keys set role = ''operator'' where name = ''key own''', '23514', null,
    'nor made one that changes things, whoever tries (23514)'
);
select throws_ok(
    'update access.api_keys set role = ''owner'' where name = ''till 1''', '23514', null,
    'or one of another role (23514)'
);

select * from finish();
rollback;
