-- api.list_drift: what is not as the last deploy left it, and the checks that say so.
begin;
select plan(25);

select is_empty('select * from api.list_drift()', 'nothing differs after a deploy');
create function pg_temp.drift() returns text
language sql
as $$
select string_agg(concat_ws(' ', d.kind, d.name, d.finding), '; ' order by d.kind, d.name)
from api.list_drift() as d
where d.kind not in ('index', 'privilege')
$$;

-- Each is done, told and undone again
create function pg_temp.told(p_what text) returns text
language plpgsql
as $$
declare
    v_told text;
begin
    begin
        execute p_what;
        v_told := pg_temp.drift();
        raise exception using errcode = 'P0001';
    exception when raise_exception then
        return v_told;
    end;
end
$$;
select is(pg_temp.told(c.what), c.told, c.says)
from (
    values
    (
        'alter table ledger.processor_events drop constraint processor_events_provider_event_id_key',
        'constraint processor_events_provider_event_id_key on ledger.processor_events is gone '
        'since the last deploy', 'a unique constraint that was dropped'
    ),
    (
        'alter table ledger.payouts drop constraint payouts_amount_positive_check',
        'constraint payouts_amount_positive_check on ledger.payouts is gone since the last deploy',
        'a check that was dropped'
    ),
    (
        'alter table ledger.ledger_entries disable trigger ledger_entries_append_only',
        'trigger ledger_entries_append_only on ledger.ledger_entries was changed since the last '
        'deploy', 'a trigger that is off'
    ),
    (
        'drop trigger account_balances_follow_entries on ledger.account_balances',
        'trigger account_balances_follow_entries on ledger.account_balances is gone since the last '
        'deploy', 'a trigger that is gone'
    ),
    (
        'alter table ledger.ledger_entries disable trigger all',
        'property a trigger of a foreign key that is off of table ledger.ledger_entries was made '
        'since the last deploy; trigger ledger_entries_append_only on ledger.ledger_entries was '
        'changed since the last deploy', 'the triggers of a foreign key'
    ),
    (
        'create or replace function ledger.tg_any__refuse() returns trigger language plpgsql '
        'as ''begin return null; end''',
        'function ledger.tg_any__refuse() was changed since the last deploy',
        'another function body'
    ),
    (
        'alter table ledger.payouts enable row level security',
        'property row security of table ledger.payouts was made since the last deploy',
        'row security'
    ),
    (
        'create policy mine on ledger.payouts using (false)',
        'policy mine on ledger.payouts was made since the last deploy', 'a policy'
    ),
    (
        'create rule mine as on insert to ledger.ledger_entries do instead nothing',
        'rule mine on ledger.ledger_entries was made since the last deploy', 'a rule'
    ),
    (
        'create table public.mine () inherits (ledger.payout_items)',
        'property a child of table ledger.payout_items was made since the last deploy',
        'a table that adds its rows to one of ours'
    ),
    (
        'alter function ledger.run_check(text, boolean) owner to cuenta_writer',
        'owner function ledger.run_check(text,boolean) belongs to cuenta_writer and not to '
        'cuenta_owner', 'another owner'
    ),
    (
        'alter role cuenta_app set session_replication_role = replica',
        'setting session_replication_role of cuenta_app was made since the last deploy',
        'a role whose triggers are off'
    ),
    (
        format('alter database %I set cuenta.audit_restaurant_id = ''{}''', current_database()),
        format('setting cuenta.audit_restaurant_id of %s was made since the last deploy', current_database()),
        'a database in which the views of the checks leave out what is sealed'
    ),
    (
        'alter sequence ledger.processor_events_event_no_seq cache 100',
        'property its own way of numbering of sequence ledger.processor_events_event_no_seq was '
        'made since the last deploy', 'a sequence from which sessions draw numbers for later'
    ),
    (
        'alter sequence ledger.event_rejections_rejection_no_seq increment by -1 minvalue -5',
        'property its own way of numbering of sequence ledger.event_rejections_rejection_no_seq '
        'was made since the last deploy', 'a sequence that goes backwards'
    ),
    (
        'grant cuenta_operator to cuenta_reader',
        'property membership in cuenta_operator of role cuenta_reader was made since the last '
        'deploy', 'a reader who may do what people may'
    ),
    (
        'grant cuenta_owner to cuenta_app',
        'property membership in cuenta_owner of role cuenta_app was made since the last deploy',
        'a service that may change everything'
    ),
    (
        'alter role cuenta_reader superuser',
        'property superuser of role cuenta_reader was made since the last deploy',
        'a reader who is superuser'
    ),
    (
        'truncate deployment.records',
        'file deployment.records nothing is recorded of the last deploy: run python db/deploy.py',
        'records that were removed, so that nothing could be compared'
    ),
    (
        'grant cuenta_writer to cuenta_app',
        'membership cuenta_app of cuenta_writer was made since the last deploy',
        'a member of the writing role'
    )
) as c (what, told, says);

-- Rights, and reference data
grant insert on ledger.ledger_entries to cuenta_app;
select results_eq(
    $$select d.name from api.list_drift('privilege') as d$$,
    $$values ('cuenta_app: INSERT on table ledger.ledger_entries')$$, 'a strange grant'
);
select is(
    (
        select c.findings
        from api.check_integrity('catalog_differs_from_deploy') as c
    ),
    1::bigint, 'the check of the catalog finds it'
);
set local session_replication_role = replica;
update ledger.currencies set exponent = 0 where currency = 'PEN';
update ledger.posting_rules set valid_from = valid_from - interval '1 day'
where event_type = 'charge_succeeded';
select results_eq(
    $$
    select f.reference
    from reporting.check_reference_differs_from_deploy as f
    order by f.reference collate "C"
    $$,
    $$values ('row currencies PEN'), ('row posting_rules charge_succeeded NEW')$$,
    'and that of reference data an exponent and the time of a rule that were changed by hand'
);
set local role cuenta_reader;
select cmp_ok((select count(*) from api.list_drift()), '>=', 3::bigint, 'readers see it, too');
reset role;

select * from finish();
rollback;
