-- A chain: who changes what was sealed and seals that batch anew has to seal everything after it anew.
begin;
select plan(6);

create function pg_temp.tell(p_event_id text) returns text
language sql
as $$
select a.status
from api.ingest_event(jsonb_build_object(
    'event_id', p_event_id, 'event_type', 'charge_succeeded', 'restaurant_id', 'res_1',
    'occurred_at', '2025-12-30T10:00:00Z', 'currency', 'PEN', 'amount', 12000, 'fee', 600
)) as a
$$;

select is(pg_temp.tell('evt_1'), 'processed', 'a charge');
select is((select s.seal_no from seal_ledger('ana') as s), 1::bigint, 'is sealed');
select is(pg_temp.tell('evt_2'), 'processed', 'another one');
select is((select s.seal_no from seal_ledger('ana') as s), 2::bigint, 'is sealed, too');
select is_empty('select * from verify_seals()', 'nothing was changed');

-- A superuser with the triggers off, who knows how batches are made.
set local session_replication_role = replica;
update ledger.ledger_entries set amount = 1 where entry_seq = 1;
update ledger.account_seals as s
set
    marks = d.marks,
    hash = sha256(convert_to(ledger.write_batch_line(s, null), 'UTF8') || d.digests)
from ledger.digest_account(
    'res_1', 'PEN', 0, 2, 0, (select k.event_no from ledger.account_seals as k where k.seal_no = 1)
) as d
where s.seal_no = 1;
set local session_replication_role = origin;
select results_eq(
    $$
    select v.seal_no, v.restaurant_id, v.currency
    from verify_seals() as v
    where v.restaurant_id <> ''
    $$,
    'values (2::bigint, ''res_1'', ''PEN'')',
    'the batch that was sealed anew is what it says; the one after it does not follow from it'
);

select * from finish();
rollback;
