-- What an audit looks at: what came since the last audited seal, and the present state; or all.
begin;
select plan(23);

create function pg_temp.send(p_event_id text, p_change jsonb default '{}') returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_event_id, 'event_type', 'charge_succeeded', 'restaurant_id', 'res_1',
        'occurred_at', '2025-12-30T10:00:00Z', 'currency', 'PEN', 'amount', 12000, 'fee', 600
    ) || p_change
) as a
$$;
-- A seal of what is there, as an audit sees it.
create function pg_temp.seal() returns bigint
language sql
as $$
with seal as (
    insert into ledger.seals (
        seal_no, sealed_at, account_count, entry_count, event_count, last_event_no,
        settled_event_no, sealed_by, heads, root, previous_root
    )
    select
        n.seal_no, now(), 0, 0, 0, 0, 0, 'x', sha256(''), sha256(''),
        case when n.seal_no > 1 then sha256('') end
    from (select coalesce(max(s.seal_no), 0) + 1 as seal_no from ledger.seals as s) as n
    returning seal_no
)

insert into ledger.account_seals (
    seal_no, entry_seq, event_no, entry_count, event_count, restaurant_id, currency, hash, marks
)
select
    s.seal_no, b.last_entry_seq, max(v.event_no), 0, 0, b.restaurant_id, b.currency, sha256(''), ''
from seal as s
cross join ledger.account_balances as b
inner join ledger.processor_events as v
    on b.restaurant_id = v.restaurant_id and b.currency = v.currency
group by s.seal_no, b.last_entry_seq, b.restaurant_id, b.currency
returning seal_no
$$;
create function pg_temp.found(p_everything boolean) returns text
language sql
as $$
select string_agg(c.check_name, ' ' order by c.check_name collate "C")
from api.check_integrity(p_everything => p_everything) as c
where c.findings > 0 and c.severity = 'error'
$$;
create function pg_temp.audited() returns text
language sql
as $$
select string_agg((s.audited_at is not null)::text, ' ' order by s.seal_no)
from ledger.seals as s
$$;

-- Nothing is sealed
select is(pg_temp.send(e.event_id), 'processed', 'an event')
from (values ('evt_1'), ('evt_2')) as e (event_id);
select is(pg_temp.seal(), 1::bigint, 'a seal');
select is(pg_temp.send('evt_3'), 'processed', 'and an event after it');
select is(
    (select count(*) from ledger.audited_entries), 6::bigint,
    'views show everything where nobody says otherwise'
);
select is(
    (
        select count(*)
        from api.audit_integrity('entry_seq_gap')
    ),
    1::bigint, 'one check is audited'
);
select is(pg_temp.audited(), 'false', 'which audits no seal');

-- A finding keeps seals open
set local session_replication_role = replica;
update ledger.ledger_entries set amount = 12001 where restaurant_id = 'res_1' and entry_seq = 1;
select isnt(pg_temp.found(false), null, 'what is changed in a seal that is not audited is found');
select is(
    pg_temp.found(false), pg_temp.found(true), 'as it is where everything is looked at'
);
set local session_replication_role = origin;
select cmp_ok(
    (select sum(a.findings) from api.audit_integrity() as a), '>', 0::numeric, 'by an audit, too'
);
select is(pg_temp.audited(), 'false', 'which then audits no seal');

-- A sound book
set local session_replication_role = replica;
update ledger.ledger_entries set amount = 12000 where restaurant_id = 'res_1' and entry_seq = 1;
set local session_replication_role = origin;
select is(
    (select sum(a.findings) from api.audit_integrity() as a where a.severity = 'error'), 0::numeric,
    'an audit that finds no error'
);
select is(pg_temp.audited(), 'true', 'audits the seals that were there');

-- After the audited seal
set local session_replication_role = replica;
update ledger.ledger_entries set amount = 12001 where restaurant_id = 'res_1' and entry_seq = 1;
select is(
    pg_temp.found(false), null, 'what is changed in an audited seal is for verify_seals to tell'
);
select isnt(pg_temp.found(true), null, 'or for an audit of everything');
update ledger.ledger_entries set amount = 12000 where restaurant_id = 'res_1' and entry_seq = 1;
update ledger.ledger_entries set amount = 12001 where restaurant_id = 'res_1' and entry_seq = 5;
select is(
    pg_temp.found(false), pg_temp.found(true),
    'what is changed after it is found by the same checks in both'
);
select is(
    coalesce(current_setting('cuenta.audit_restaurant_id', true), ''), '',
    'and nothing of the scope is left behind'
);

-- A day that is over, with money on both sides of an audited seal
update ledger.ledger_entries set amount = 12000 where restaurant_id = 'res_1' and entry_seq = 5;
set local session_replication_role = origin;
select is(
    pg_temp.send('evt_4', '{"available_on": "2026-01-05"}'), 'processed', 'money for a later day'
);
select is(pg_temp.seal(), 2::bigint, 'is sealed');
select is(
    (select sum(a.findings) from api.audit_integrity() as a where a.severity = 'error'), 0::numeric,
    'and audited'
);
select pg_temp.send('evt_5', '{"available_on": "2026-01-05"}');
select is(pg_temp.found(false), null, 'more of the same day, told later, is no error');

-- What is not of a row that is new or old
set local session_replication_role = replica;
update ledger.account_balances set last_event_at = 'infinity' where restaurant_id = 'res_1';
select is(
    pg_temp.found(false), 'account_differs_from_last_entry',
    'a last event of the far future is found by default, whatever was audited'
);
update ledger.account_balances
set last_event_at = last_entry_at + interval '31 days 1 second'
where restaurant_id = 'res_1';
select is(
    pg_temp.found(false), 'account_differs_from_last_entry',
    'and one that is 31 days later than the last entry'
);

select * from finish();
rollback;
