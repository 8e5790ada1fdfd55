-- seal_ledger, verify_seals, get_seal_lines, seal_due_ledger: that nothing sealed was changed.
begin;
select plan(59);

create function pg_temp.tell(p_event_id text, p_more jsonb default '{}') returns text
language sql
as $$
select a.status
from api.ingest_event(jsonb_build_object(
    'event_id', p_event_id, 'event_type', 'charge_succeeded', 'restaurant_id', 'res_001',
    'occurred_at', '2025-12-30T10:00:00Z', 'currency', 'PEN', 'amount', 12000, 'fee', 600
) || p_more) as a
$$;

-- What is found after a statement of a superuser with the triggers off; it is undone again.
create function pg_temp.found_after(p_statement text) returns text
language plpgsql
as $$
declare
    v_found text;
begin
    set local session_replication_role = replica;
    execute p_statement;
    set local session_replication_role = origin;
    select string_agg(
        concat_ws(
            ' ', 'seal ' || v.seal_no, nullif(v.restaurant_id, ''), nullif(v.currency, ''),
            v.reference
        ) || ': '
        || v.finding, '; '
        order by v.seal_no, v.restaurant_id collate "C", v.currency collate "C", v.reference
    )
    into v_found
    from api.verify_seals() as v;
    raise exception '%', coalesce(v_found, 'nothing') using errcode = 'ZZZZZ';
exception
    when sqlstate 'ZZZZZ' then
        return sqlerrm;
end
$$;

-- A book without a row
select is_empty('select * from verify_seals()', 'nothing is sealed and nothing is wrong');
select throws_ok(
    'select * from verify_seals(1, 1)', 'LNSEA', 'there are no seals from 1 to 1',
    'a seal that is not there cannot be verified (LNSEA)'
);
select throws_ok(
    'select * from verify_seals(p_root => ''ab'')', 'LNSEA', null, 'nor a root without a seal (LNSEA)'
);
select throws_ok(
    'select * from get_seal_lines(1)', 'LNSEA', 'there is no seal 1', 'nor exported (LNSEA)'
);
select results_eq(
    $$
    select s.seal_no, s.account_count, s.entry_count, s.event_count, length(s.root),
        s.previous_root
    from seal_ledger('ana') as s
    $$,
    'values (1::bigint, 0::bigint, 0::bigint, 0::bigint, 64, null::text)',
    'a book without a row can be sealed'
);
select is_empty('select * from verify_seals()', 'and is as it was sealed');
select is(
    (select max(s.heads) from (select encode(s.heads, 'hex') as heads from ledger.seals as s) as s),
    encode(sha256(''), 'hex'), 'the root of no heads is the digest of nothing'
);

-- Rows of all kinds
select pg_temp.tell('evt_1');
select pg_temp.tell('evt_2', '{"payment_id": "pay_2"}');
select pg_temp.tell('evt_3', '{"currency": "USD", "payment_id": "pay_3"}');
select pg_temp.tell('evt_4', '{"restaurant_id": "res_002"}');
select pg_temp.tell('evt_bad', '{"amount": -1}');
select pg_temp.tell('evt_1', '{"amount": 1}');
select pg_temp.tell(
    'evt_5', '{"event_type": "refund_succeeded", "payment_id": "pay_2", "amount": 100, "fee": 0,
    "refund_id": "ref_1"}'
);
select pg_temp.tell(
    'evt_6', '{"event_type": "refund_succeeded", "payment_id": "pay_3", "amount": 99999, "fee": 0,
    "currency": "USD"}'
);
select count(*) from api.accept_event('evt_6', 'it happened');
select count(*) from api.hold_funds('res_001', 'PEN', 5, 'why', 'hold_1');
select count(*) from api.set_payout_terms('res_002', 'PEN', 100);
select count(*) from api.dismiss_event('evt_bad', 'why');
select count(*) from api.set_platform_settings(p_seal_hours => 12);
select count(*) from api.run_payouts('PEN', '2025-12-31');
select results_eq(
    $$
    select s.seal_no, s.sealed_by, s.account_count, s.entry_count, s.event_count
    from seal_ledger('ana') as s
    $$,
    'values (2::bigint, ''ana'', 3::bigint, 13::bigint, 7::bigint)',
    'a seal holds every account, entry and event that there is'
);
select bag_eq(
    'select s.journal, s.row_count from ledger.journal_seals as s where s.seal_no = 2',
    $$
    values
    ('event_rejections', 3::bigint), ('event_dismissals', 1::bigint),
    ('setting_changes', 1::bigint), ('payout_term_changes', 1::bigint)
    $$,
    'and every row of the journals'
);
select is(
    (select s.previous_root from reporting.seals as s where s.seal_no = 2),
    (select s.root from reporting.seals as s where s.seal_no = 1),
    'each names the root before it'
);
select is_empty('select * from verify_seals()', 'all is as it was sealed');
select pg_temp.tell('evt_7');
select is_empty('select * from verify_seals()', 'what came later is nobody''s fault');
select results_eq(
    'select s.seal_no, s.account_count, s.entry_count, s.event_count from seal_ledger() as s',
    'values (3::bigint, 3::bigint, 15::bigint, 8::bigint)',
    'the next seal holds it: the counts are of everything sealed so far'
);
select bag_eq(
    $$
    select s.restaurant_id, s.currency, s.entry_count, s.event_count
    from ledger.account_seals as s
    where s.seal_no = 3
    $$,
    $$values ('res_001', 'PEN', 2::bigint, 1::bigint)$$, 'an account that did not move has no batch'
);
select is_empty('select * from verify_seals()', 'which breaks nothing');
select is_empty('select * from verify_seals(3)', 'the last one can be verified by itself');
select is_empty('select * from verify_seals(2, 2)', 'or one in the middle');
select is_empty(
    format('select * from verify_seals(p_root => %L)', upper(s.root)), 'against the root that was kept'
)
from reporting.seals as s where s.seal_no = 3;
select results_eq(
    format('select * from verify_seals(p_root => %L)', s.root),
    $$values (3::bigint, '', '', 'root', 'the root is not the one that was kept elsewhere')$$,
    'another root is told'
)
from reporting.seals as s where s.seal_no = 2;
select throws_ok('select * from verify_seals(0)', 'LNSEA', null, 'there is no seal 0 (LNSEA)');
select throws_ok('select * from verify_seals(3, 2)', 'LNSEA', null, 'nor one from 3 to 2 (LNSEA)');

-- Whoever changes what is sealed
create temporary table tampers (
    statement text, found text, no integer generated always as identity
);
insert into tampers (statement, found)
values
(
    'update ledger.ledger_entries set amount = amount + 1 '
    'where restaurant_id = ''res_001'' and currency = ''PEN'' and entry_seq = 2',
    '^seal 2 res_001 PEN 2: the entry is not as it was sealed$'
),
(
    'delete from ledger.ledger_entries '
    'where restaurant_id = ''res_001'' and currency = ''PEN'' and entry_seq = 3',
    '^seal 2 res_001 PEN 3: the entry is missing'
),
(
    'insert into ledger.ledger_entries select (jsonb_populate_record(e, ''{"entry_seq": 0}'')).* '
    'from ledger.ledger_entries as e where e.currency = ''USD'' and e.entry_seq = 1',
    '^seal 2 res_001 USD 0: the entry was inserted'
),
(
    'update ledger.ledger_entries set restaurant_id = ''res_001'', entry_seq = 100 '
    'where restaurant_id = ''res_002'' and entry_seq = 1', '^seal 2 res_002 PEN 1: the entry is missing'
),
(
    'update ledger.processor_events set payload = payload || ''{"x": 1}'' where event_id = ''evt_2''',
    '^seal 2 res_001 PEN evt_2: the event, or what it follows, is not as it was sealed$'
),
(
    'delete from ledger.processor_events where event_id = ''evt_3''',
    '^seal 2 res_001 USD : event [0-9]+ is missing'
),
(
    'delete from ledger.processor_events where event_id = ''evt_7''',
    '^seal 3 res_001 PEN : event [0-9]+ is missing'
),
(
    'insert into ledger.processor_events overriding system value select '
    '(jsonb_populate_record(e, ''{"event_no": 0, "event_id": "x", "subject_id": "x"}'')).* '
    'from ledger.processor_events as e where e.event_id = ''evt_3''',
    '^seal 2 res_001 USD x: the event was inserted'
),
(
    'update ledger.event_links set is_reversal = true',
    'seal 2 res_001 PEN evt_5: the event, or what it follows'
),
(
    'delete from ledger.holdings',
    '^seal 2 res_001 PEN hold_1: the event, or what it follows, is not as it was sealed$'
),
(
    'update ledger.event_acceptances set reason = ''x''',
    '^seal 2 res_001 USD evt_6: the event, or what it follows'
),
(
    'update ledger.payouts set run_id = ''x'' where restaurant_id = ''res_002''',
    '^seal 2 res_002 PEN 3: the entry, its payout or one of its items is not as it was sealed$'
),
(
    'update ledger.payout_items set amount = amount + 1 '
    'where restaurant_id = ''res_002'' and item_type = ''fees''',
    '^seal 2 res_002 PEN 3: the entry, its payout or one of its items is not as it was sealed$'
),
(
    'insert into ledger.payouts select (jsonb_populate_record(p, '
    '''{"payout_id": "x", "as_of": "2020-01-01"}'')).* from ledger.payouts as p limit 1',
    'seal 3 res_00. PEN x: the payout was inserted'
),
(
    'insert into ledger.payout_items select (jsonb_populate_record(i, ''{"payout_id": "x"}'')).* '
    'from ledger.payout_items as i limit 1', 'seal 3 res_00. x: the item was inserted'
),
(
    'insert into ledger.holdings values (-5, ''res_001'', ''x'')',
    'seal 3 res_001 -5: the row of holdings was inserted'
),
(
    'update ledger.event_rejections set code = ''X'' where status = ''conflict''',
    '^seal 2 res_001 event_rejections [0-9]+: the row is not as it was sealed$'
),
(
    'delete from ledger.event_dismissals', '^seal 2 event_dismissals [0-9]+: the row is missing'
),
(
    'insert into ledger.setting_changes overriding system value select '
    '(jsonb_populate_record(c, ''{"restaurant_id": "zzz"}'')).* from ledger.setting_changes as c '
    'limit 1', '^seal 2 zzz setting_changes [0-9]+: the row was inserted'
),
(
    'delete from ledger.seals where seal_no = 2',
    'seal 2 seal: the seal is missing; seal 3 seal: the seal does not follow from the one before it'
),
(
    'update ledger.seals set sealed_by = ''x'' where seal_no = 1',
    '^seal 1 seal: the root is not that of the seal''s text$'
),
(
    'update ledger.seals set heads = root where seal_no = 3', 'seal 3 seal: the heads of accounts'
),
(
    'delete from ledger.account_seals where restaurant_id = ''res_002''',
    'seal 2 seal: the seal''s batches hold another number of rows'
),
(
    'update ledger.account_seals set hash = sha256(hash) where currency = ''USD''',
    'seal 2 res_001 USD : the batch of the seal is not as it was written'
),
(
    'update ledger.journal_seals set hash = sha256(hash) where journal = ''setting_changes''',
    'seal 2 setting_changes: the batch of the seal is not as it was written'
),
(
    'update ledger.journal_seals set seal_no = 9 where journal = ''setting_changes''',
    'seal 9 seal: batches of a seal that is not there'
);
select matches(
    pg_temp.found_after(t.statement), t.found, format('found by verify_seals: %s', t.statement)
)
from tampers as t
order by t.no;
select is(pg_temp.found_after('select 1'), 'nothing', 'nobody did anything');

-- Superusers with the triggers on
select throws_ok('update ledger.seals set root = root', 'LCAPP', null, 'no root is changed (LCAPP)');
select throws_ok('delete from ledger.account_seals', 'LCAPP', null, 'no batch is removed (LCAPP)');
select lives_ok(
    'update ledger.seals set audited_at = now() where seal_no = 1', 'a seal is audited'
);
select throws_ok(
    'update ledger.seals set audited_at = null where seal_no = 1', 'LCAPP', null, 'for ever (LCAPP)'
);

-- The worker
set local role cuenta_worker;
select is_empty('select * from api.seal_due_ledger()', 'a book that was just sealed is not due');
reset role;
select count(*) from api.set_platform_settings(p_seal_hours => 0);
set local session_replication_role = replica;
update ledger.seals set sealed_at = '2020-01-01T00:00:00Z';
set local session_replication_role = origin;
select is_empty('select * from api.seal_due_ledger()', 'with 0 hours it never is');
select count(*) from api.set_platform_settings(p_seal_hours => 1);
select results_eq(
    'select s.seal_no, s.entry_count from api.seal_due_ledger() as s', 'values (4::bigint, 15::bigint)',
    'else once the last seal is older than the platform wants'
);
select is(
    (select s.sealed_by from reporting.seals as s where s.seal_no = 4), 'worker', 'by the worker'
);

-- Who may
set local role cuenta_app;
select throws_ok('select seal_ledger()', '42501', null, 'the service does not seal (42501)');
set local role cuenta_reader;
select is((select count(*) from reporting.seals), 4::bigint, 'readers see the seals');
select is_empty('select * from verify_seals(4)', 'and verify them');
reset role;

select * from finish();
rollback;
