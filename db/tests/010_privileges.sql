-- Who may do what, actor by actor.
begin;
select plan(128);

create role cuenta_test_stranger nologin;

-- Every privilege on everything in our schemas, as (grantee, kind, object, privilege).
create temporary view granted as
select
    case x.grantee when 0 then 'public' else x.grantee::regrole::text end as grantee,
    o.kind,
    o.name,
    x.privilege_type::text as privilege,
    x.is_grantable
from (
    select 'schema' as kind, n.nspname::text as name,
    coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from pg_catalog.pg_namespace as n
    where n.nspname in (
            'ledger', 'access', 'inbound', 'outbound', 'api', 'reporting', 'deployment'
        )
    union all
    select
        case c.relkind when 'S' then 'sequence' when 'v' then 'view' else 'table' end,
        c.oid::regclass::text,
        coalesce(
            c.relacl, acldefault(case c.relkind when 'S' then 's' else 'r' end::"char", c.relowner)
        )
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in (
            'ledger', 'access', 'inbound', 'outbound', 'api', 'reporting', 'deployment'
        )
        and c.relkind in ('r', 'p', 'v', 'm', 'S', 'f')
    union all
    select 'column', format('%s.%s', a.attrelid::regclass, a.attname), a.attacl
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid
    where c.relnamespace::regnamespace::text in (
            'ledger', 'access', 'inbound', 'outbound', 'api', 'reporting', 'deployment'
        )
    union all
    select
        'function',
        p.pronamespace::regnamespace::text || '.' || p.proname,
        coalesce(p.proacl, acldefault('f', p.proowner))
    from pg_catalog.pg_proc as p
    where p.pronamespace::regnamespace::text in (
            'ledger', 'access', 'inbound', 'outbound', 'api', 'reporting', 'deployment'
        )
) as o
cross join lateral aclexplode(o.acl) as x;

-- One harmless call of each public function.
create temporary table calls (name text, call text);
insert into calls (name, call)
values
('ingest_event', 'select * from ingest_event(''{}'')'),
('ingest_events', 'select * from ingest_events(''[]'')'),
('get_balance', 'select * from get_balance(''res_001'', ''PEN'')'),
('run_payouts', 'select * from run_payouts(''PEN'', ''2025-12-30'')'),
('get_payout', 'select * from get_payout((select min(payout_id) from pg_temp.known))'),
('list_payouts', 'select * from list_payouts()'),
('list_entries', 'select * from list_entries(''res_001'', ''PEN'')'),
('get_event', 'select * from get_event(''evt_1'')'),
('set_restaurant', 'select * from set_restaurant(''res_001'')'),
('check_integrity', 'select * from check_integrity()');
create temporary table calls_of_people (name text, call text);
insert into calls_of_people (name, call)
values
('hold_funds', 'select * from hold_funds(''res_001'', ''PEN'', 1, ''why'', ''ref_1'')'),
('post_adjustment', 'select * from post_adjustment(''res_001'', ''PEN'', 1, ''why'', ''ref_2'')'),
('release_hold', 'select * from release_hold(''ref_1'', 1, ''why'', ''ref_3'')'),
('reverse_event', 'select * from reverse_event(''evt_1'', ''why'', ''ref_4'')'),
('write_off_debt', 'select * from write_off_debt(''res_001'', ''PEN'', 1, ''why'', ''ref_5'')'),
('replay_event', 'select * from replay_event(''evt_1'')'),
('replay_events', 'select * from replay_events(''FEE_INVALID'')'),
('accept_event', 'select * from accept_event(''evt_1'', ''why'')'),
('dismiss_event', 'select * from dismiss_event(''bad_1'', ''why'')'),
('dismiss_rejection', 'select * from dismiss_rejection((select max(rejection_no) from pg_temp.refused), ''why'')');

-- Roles
select is(
    array(
        select r.rolname::text
        from pg_catalog.pg_roles as r
        where r.rolname in (
                'cuenta_owner', 'cuenta_writer', 'cuenta_processor', 'cuenta_app',
                'cuenta_operator', 'cuenta_reader', 'cuenta_door', 'cuenta_restaurant',
                'cuenta_worker'
            )
        order by r.rolname collate "C"
    ),
    array[
        'cuenta_app', 'cuenta_door', 'cuenta_operator', 'cuenta_owner', 'cuenta_processor',
        'cuenta_reader', 'cuenta_restaurant', 'cuenta_worker', 'cuenta_writer'
    ],
    'there are the six roles of the design, and three of the service''s own'
);
select is_empty(
    $$
    select r.rolname
    from pg_catalog.pg_roles as r
    where
        r.rolname like 'cuenta\_%'
        and (
            r.rolcanlogin or r.rolsuper or r.rolcreaterole or r.rolcreatedb or r.rolreplication
            or r.rolbypassrls
        )
    $$,
    'none of them can log in or has any power of its own'
);
select is_empty(
    $$
    select m.member::regrole
    from pg_catalog.pg_auth_members as m
    where
        m.roleid = 'cuenta_owner'::regrole
        and m.member::regrole::text in ('cuenta_app', 'cuenta_operator', 'cuenta_reader')
    $$,
    'nobody of the service, the back office and the reports is the owner by membership'
);

-- The matrix
select bag_eq(
    $$
    select g.grantee, g.name, g.privilege
    from granted as g
    where g.kind = 'schema' and g.grantee <> 'cuenta_owner'
    $$,
    $$
    values
    ('cuenta_app', 'api', 'USAGE'),
    ('cuenta_operator', 'api', 'USAGE'),
    ('cuenta_processor', 'api', 'USAGE'),
    ('cuenta_reader', 'api', 'USAGE'),
    ('cuenta_reader', 'reporting', 'USAGE'),
    ('cuenta_door', 'api', 'USAGE'),
    ('cuenta_restaurant', 'api', 'USAGE'),
    ('cuenta_worker', 'api', 'USAGE'),
    ('cuenta_writer', 'access', 'USAGE'),
    ('cuenta_writer', 'api', 'USAGE'),
    ('cuenta_writer', 'inbound', 'USAGE'),
    ('cuenta_writer', 'ledger', 'USAGE'),
    ('cuenta_writer', 'outbound', 'USAGE'),
    ('cuenta_writer', 'reporting', 'USAGE')
    $$,
    'schemas: api for the service and people, reporting for readers, the rest for the owner alone'
);
select is_empty(
    $$
    select g.grantee, g.name, g.privilege
    from granted as g
    where g.kind in ('table', 'sequence', 'column')
        and g.grantee not in ('cuenta_owner', 'cuenta_writer')
    $$,
    'no role but the owner and the writer has any privilege on a table, a column or a sequence'
);
select is_empty(
    $$
    select g.name, g.privilege
    from granted as g
    where g.kind = 'table' and g.grantee = 'cuenta_owner' and split_part(g.name, '.', 1) in ('ledger', 'access', 'inbound', 'outbound')
        and g.privilege not in ('SELECT', 'REFERENCES', 'TRIGGER')
    $$,
    'the owner reads the ledger and writes nothing'
);
select bag_eq(
    $$
    select g.name, g.privilege
    from granted as g
    where g.kind = 'column' and split_part(g.name, '.', 1) in ('ledger', 'access', 'inbound', 'outbound')
    $$,
    $$
    values
    ('ledger.account_balances.restaurant_id', 'UPDATE'), ('ledger.accounts.account', 'UPDATE'),
    ('ledger.currencies.currency', 'UPDATE'), ('ledger.entry_types.entry_type', 'UPDATE'),
    ('ledger.event_types.event_type', 'UPDATE'), ('ledger.payout_runs.run_id', 'UPDATE'),
    ('ledger.payout_schedules.schedule_id', 'UPDATE'),
    ('ledger.payouts.restaurant_id', 'UPDATE'), ('ledger.posting_rules.event_type', 'UPDATE'),
    ('ledger.processor_events.restaurant_id', 'UPDATE'), ('ledger.restaurants.restaurant_id', 'UPDATE'),
    ('inbound.sources.source', 'UPDATE'), ('outbound.endpoints.endpoint_id', 'UPDATE')
    $$,
    'but for one key of what foreign keys refer to'
);
select is_empty(
    $$
    select g.name, g.privilege
    from granted as g
    where g.kind = 'table' and g.grantee = 'cuenta_writer'
        and g.name in (
            'ledger.processor_events', 'ledger.ledger_entries', 'ledger.payout_items',
            'ledger.payout_skips', 'ledger.event_rejections', 'ledger.posting_rule_history',
            'ledger.setting_changes', 'ledger.payout_term_changes', 'ledger.event_links',
            'ledger.event_acceptances', 'ledger.event_dismissals', 'ledger.holdings', 'ledger.fx_rates',
            'ledger.event_deferrals'
        )
        and g.privilege not in ('SELECT', 'INSERT')
    $$,
    'the writer adds recorded facts and never changes them'
);
select is_empty(
    $$
    select m.member::regrole
    from pg_catalog.pg_auth_members as m
    where m.roleid = 'cuenta_writer'::regrole
        -- who may grant it, as the login that deploys; 15 knows no membership without its use
        and not m.admin_option
    $$,
    'nobody is the writer'
);
select bag_eq(
    $$
    select p.oid::regprocedure::text
    from pg_catalog.pg_proc as p
    where p.proowner = 'cuenta_writer'::regrole
    $$,
    $$
    select p.oid::regprocedure::text
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'api'::regnamespace and p.provolatile = 'v' and p.prosecdef
    $$,
    'who owns the public functions that write, and no other'
);
select bag_eq(
    $$
    select g.grantee, g.name, g.privilege
    from granted as g
    where g.kind = 'view' and g.grantee not in ('cuenta_owner', 'cuenta_writer')
    $$,
    $$
    select 'cuenta_reader' as grantee, c.oid::regclass::text as name, 'SELECT' as privilege
    from pg_catalog.pg_class as c
    where c.relnamespace = 'reporting'::regnamespace
    $$,
    'readers may select from every view and do nothing else; nobody else reads a view'
);
select bag_eq(
    $$
    select g.grantee, g.name, g.privilege
    from granted as g
    where g.kind = 'function' and g.grantee not in ('cuenta_owner', 'cuenta_writer')
    $$,
    $$
    select r.role_name, 'api.' || p.proname as name, 'EXECUTE' as privilege
    from pg_catalog.pg_proc as p
    inner join (
        values
        ('cuenta_app'), ('cuenta_operator'), ('cuenta_processor'), ('cuenta_reader'),
        ('cuenta_door'), ('cuenta_restaurant'), ('cuenta_worker')
    ) as r (role_name)
        on case
            -- what only the service itself calls
            when r.role_name = 'cuenta_door' then p.proname in ('receive_webhook', 'use_api_key')
            when r.role_name = 'cuenta_restaurant' then p.proname in ('get_own')
            when r.role_name = 'cuenta_worker' then p.proname in (
                'audit_integrity', 'seal_due_ledger',
                'claim_payout_run', 'continue_payout_run', 'fail_payout_run',
                'pay_due_restaurants', 'run_due_payouts',
                'claim_deliveries', 'record_delivery', 'tell_overdue_events'
            )
            when p.proname in ('seal_due_ledger') then false
            when p.proname in ('claim_payout_run', 'fail_payout_run', 'pay_due_restaurants')
                then false
            when p.proname in ('claim_deliveries', 'record_delivery', 'tell_overdue_events')
                then false
            when p.proname in ('receive_webhook') then false
            when p.proname in ('use_api_key', 'get_own') then false
            when p.proname in ('list_api_keys') then r.role_name = 'cuenta_operator'
            when r.role_name = 'cuenta_processor' then p.proname in ('ingest_event', 'ingest_events')
            when r.role_name = 'cuenta_reader' then p.provolatile = 's'
            when r.role_name = 'cuenta_app' then p.proname not in (
                'accept_event', 'create_api_key', 'audit_integrity', 'dismiss_event', 'dismiss_rejection', 'replay_event',
                'replay_events', 'cancel_payout', 'hold_funds', 'load_fx_rates', 'pay_by_hand', 'post_adjustment',
                'release_hold', 'resume_payouts', 'reverse_event', 'revoke_api_key', 'set_payout_schedule',
                'set_payout_terms',
                'seal_ledger', 'set_platform_settings', 'write_off_debt',
                'disable_webhook_endpoint', 'enable_webhook_endpoint', 'recover_endpoint',
                'resend_delivery', 'rotate_webhook_secret', 'set_webhook_endpoint',
                'add_webhook_secret', 'dismiss_webhook', 'replay_webhook', 'set_webhook_source'
            )
            else true
        end
    where p.pronamespace = 'api'::regnamespace
    union all
    -- views call them with the rights of who reads them
    select 'cuenta_reader', f.name, 'EXECUTE'
    from (
        values
        ('ledger.audits_everything'), ('ledger.business_day'), ('ledger.convert_amount'),
        ('ledger.derive_payout_id'), ('ledger.known_timezones'),
        ('ledger.read_audit_scope'), ('ledger.read_note'), ('ledger.read_time')
    ) as f (name)
    $$,
    'each may execute the public functions that are meant for it, nobody any other function'
);
select is_empty(
    $$
    select g.grantee, g.name
    from granted as g
    where g.is_grantable
        and g.grantee not in ('cuenta_owner', 'cuenta_writer')
    $$,
    'nobody may pass a privilege on'
);
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api', 'reporting')
        and c.relowner <> 'cuenta_owner'::regrole
    $$,
    'everything belongs to cuenta_owner'
);
select is(
    has_schema_privilege('cuenta_test_stranger', 'public', 'CREATE'),
    false,
    'a stranger cannot put anything in front of what a name means'
);

-- What the owner will make is not for everybody either
set local role cuenta_owner;
create function ledger.made_later() returns integer language sql return 1;
create table ledger.also_made_later (n integer);
create view reporting.made_later as select 1 as n;
reset role;
select is(
    has_function_privilege('cuenta_test_stranger', 'ledger.made_later()', 'EXECUTE'),
    false,
    'a function the owner makes later is not executable by everybody'
);
select is(
    has_table_privilege('cuenta_app', 'ledger.also_made_later', 'SELECT'),
    false,
    'a table the owner makes later is not readable by the service'
);
drop function ledger.made_later();
drop table ledger.also_made_later;
drop view reporting.made_later;

-- Something to look at
do $do$
begin
    perform api.ingest_event(
        '{"event_id": "evt_1", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'
    );
    perform api.run_payouts('PEN', '2025-12-30');
end
$do$;
create temporary table known as select p.payout_id from ledger.payouts as p;
do $do$
begin
    perform api.ingest_event(
        '{"event_id": "bad_1", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN", "amount": 0}'
    );
    perform api.ingest_event('{}');
end
$do$;
create temporary table refused as
select r.rejection_no from ledger.event_rejections as r where r.event_id is null;
grant select on known, refused, calls, calls_of_people to public;

-- Processors
set local role cuenta_processor;
select throws_ok(
    c.call, '42501', format('permission denied for function %s', c.name),
    format('a processor cannot call %s, which is for people (42501)', c.name)
)
from calls_of_people as c
order by c.name collate "C";
reset role;

-- The service
set local role cuenta_app;
select throws_ok(
    c.call, '42501', format('permission denied for function %s', c.name),
    format('the service cannot call %s, which is for people (42501)', c.name)
)
from calls_of_people as c
order by c.name collate "C";
select lives_ok(c.call, format('the service may call %s', c.name))
from calls as c
order by c.name collate "C";
select throws_ok(
    'select * from ledger.ledger_entries', '42501', 'permission denied for schema ledger',
    'the service cannot read the ledger (42501)'
);
select throws_ok(
    'insert into ledger.payout_skips values (1, ''res_001'', ''run'', ''PEN'', ''x'')', '42501',
    'permission denied for schema ledger', 'the service cannot write to the ledger (42501)'
);
select throws_ok(
    'select ledger.business_day(now(), ''UTC'', 0::smallint)', '42501',
    'permission denied for schema ledger', 'the service cannot call an internal function (42501)'
);
select throws_ok(
    'select * from reporting.payouts', '42501', 'permission denied for schema reporting',
    'the service cannot read a view (42501)'
);
select throws_ok(
    'create table api.mine (n integer)', '42501', 'permission denied for schema api',
    'the service cannot make anything in api (42501)'
);
reset role;

-- People of the back office
set local role cuenta_operator;
select lives_ok(c.call, format('an operator may call %s', c.name))
from calls as c
order by c.name collate "C";
select lives_ok(c.call, format('an operator may call %s, which is for people', c.name))
from calls_of_people as c
order by c.name collate "C";
select throws_ok(
    'update ledger.payouts set status = ''PAID''', '42501', 'permission denied for schema ledger',
    'an operator cannot touch a table (42501)'
);
select throws_ok(
    'select * from reporting.payouts', '42501', 'permission denied for schema reporting',
    'an operator cannot read a view (42501)'
);
reset role;

-- Reporting tools
set local role cuenta_reader;
select lives_ok(
    format('select * from reporting.%I', v.name), format('a reader may select from %s', v.name)
)
from (
    values
    ('daily_sales'), ('integrity_checks'), ('integrity_findings'), ('ledger_postings'),
    ('payout_eligibility'), ('payout_items'), ('payouts'), ('restaurant_balances'),
    ('trial_balance')
) as v (name);
select throws_ok(
    'select * from ledger.payouts', '42501', 'permission denied for schema ledger',
    'a reader cannot read a table (42501)'
);
select throws_ok(
    'update reporting.payouts set status = ''PAID''', '42501', 'permission denied for view payouts',
    'a reader cannot write through a view (42501)'
);
select throws_ok(
    'delete from reporting.payouts', '42501', 'permission denied for view payouts',
    'a reader cannot delete through a view (42501)'
);
select throws_ok(
    c.call, '42501', format('permission denied for function %s', c.name),
    format('a reader cannot call %s (42501)', c.name)
)
from calls as c
where c.name in ('ingest_event', 'ingest_events', 'run_payouts', 'set_restaurant')
order by c.name collate "C";
select throws_ok(
    c.call, '42501', format('permission denied for function %s', c.name),
    format('a reader cannot call %s, which is for people (42501)', c.name)
)
from calls_of_people as c
order by c.name collate "C";
select lives_ok(c.call, format('a reader may call %s, which reads', c.name))
from calls as c
where c.name not in ('ingest_event', 'ingest_events', 'run_payouts', 'set_restaurant')
order by c.name collate "C";
reset role;

-- Everybody else
set local role cuenta_test_stranger;
select throws_ok(
    replace(c.call, c.name || '(', 'api.' || c.name || '('), '42501',
    'permission denied for schema api',
    format('a stranger cannot call %s (42501)', c.name)
)
from (select * from calls union all select * from calls_of_people) as c
order by c.name collate "C";
select throws_ok(
    'select * from ledger.restaurants', '42501', 'permission denied for schema ledger',
    'a stranger cannot read a table (42501)'
);
select throws_ok(
    'select * from reporting.trial_balance', '42501', 'permission denied for schema reporting',
    'a stranger cannot read a view (42501)'
);
reset role;

select * from finish();
rollback;
