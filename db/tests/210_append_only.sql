-- Recorded facts are never changed, by whomever.
begin;
select plan(65);

do $do$
begin
    perform api.ingest_event(
        '{"event_id": "evt_1", "event_type": "charge_succeeded",
        "occurred_at": "2025-12-30T10:00:00Z",
        "restaurant_id": "res_001", "currency": "PEN", "amount": 12000, "fee": 600}'
    );
    perform api.ingest_event('{}');
    perform api.run_payouts('PEN', '2025-12-30');
    perform api.run_payouts('PEN', '2025-12-31');
end
$do$;

set local client_min_messages = warning;
create temporary table recorded (table_name text, no integer generated always as identity);
insert into recorded (table_name)
values ('processor_events'), ('event_rejections'), ('ledger_entries'), ('payout_items'),
('payout_skips'), ('payout_term_changes');
create temporary table kept (table_name text, no integer generated always as identity);
insert into kept (table_name)
values ('restaurants'), ('account_balances'), ('payouts'), ('payout_runs'), ('payout_terms');
grant select on recorded, kept to public;

create function pg_temp.code_of(p_statement text) returns text
language plpgsql
as $$
declare
    v_state text;
    v_code text;
begin
    execute p_statement;
    return 'nothing';
exception
    when sqlstate 'LCAPP' then
        get stacked diagnostics v_state = returned_sqlstate, v_code = constraint_name;
        return v_state || ' ' || v_code;
end
$$;

-- A superuser
select throws_ok(
    format('update ledger.%I set restaurant_id = restaurant_id', t.table_name), 'LCAPP',
    format('rows of ledger.%s are recorded facts: update is refused', t.table_name),
    format('a superuser cannot update %s (LCAPP)', t.table_name)
)
from recorded as t
order by t.no;
select matches(
    pg_temp.code_of(format('delete from ledger.%I', t.table_name)), '^LCAPP APPEND_ONLY$',
    format('a superuser cannot delete from %s (LCAPP)', t.table_name)
)
from (select * from recorded union all select * from kept) as t
order by t.table_name;
select is(
    pg_temp.code_of(format('delete from ledger.%I where false', t.table_name)), 'LCAPP APPEND_ONLY',
    format('not even no row of %s (LCAPP)', t.table_name)
)
from recorded as t
order by t.no;
select is(
    pg_temp.code_of(format('truncate ledger.%I cascade', t.table_name)), 'LCAPP APPEND_ONLY',
    format('a superuser cannot truncate %s (LCAPP)', t.table_name)
)
from (select * from recorded union all select * from kept) as t
order by t.table_name;
select is(
    pg_temp.code_of(
        'merge into ledger.ledger_entries as e using (select 1) as x (n) on true '
        'when matched then delete'
    ),
    'LCAPP APPEND_ONLY', 'nor merge (LCAPP)'
);
select is(
    pg_temp.code_of(
        'insert into ledger.payout_skips select * from ledger.payout_skips '
        'on conflict (restaurant_id, run_id) '
        'do update set reason = ''x'''
    ),
    'LCAPP APPEND_ONLY', 'nor insert with an update (LCAPP)'
);

-- The owner, who has no such rights in the first place, and may lock rows for foreign keys only
set local role cuenta_owner;
select throws_ok(
    format('update ledger.%I set restaurant_id = restaurant_id', t.table_name),
    case t.table_name when 'processor_events' then 'LCAPP' else '42501' end, null,
    format('the owner cannot update %s', t.table_name)
)
from recorded as t
order by t.no;
select throws_ok(
    format('delete from ledger.%I', t.table_name), '42501', null,
    format('the owner cannot delete from %s (42501)', t.table_name)
)
from (select * from recorded union all select * from kept) as t
order by t.table_name;
select throws_ok(
    format('truncate ledger.%I cascade', t.table_name), '42501', null,
    format('the owner cannot truncate %s (42501)', t.table_name)
)
from (select * from recorded union all select * from kept) as t
order by t.table_name;
reset role;

select results_eq(
    $$
    select
        (select count(*) from ledger.processor_events),
        (select count(*) from ledger.event_rejections),
        (select count(*) from ledger.ledger_entries), (select count(*) from ledger.payout_items),
        (select count(*) from ledger.payout_skips), (select count(*) from ledger.payout_runs)
    $$,
    'values (1::bigint, 1::bigint, 3::bigint, 2::bigint, 1::bigint, 2::bigint)',
    'everything is still there'
);

select * from finish();
rollback;
