-- What triggers refuse, for every table that there is: nobody changes or removes what was recorded. And what is
-- unique by an index alone, which no list of constraints has.
begin;
select plan(7);

create temporary table refused on commit drop as
select
    t.tgrelid::regclass::text as table_name,
    o.operation,
    t.tgattr::text as columns,
    t.tgenabled as enabled
from pg_catalog.pg_trigger as t
inner join pg_catalog.pg_proc as f on t.tgfoid = f.oid
inner join pg_catalog.pg_class as c on t.tgrelid = c.oid
cross join (values ('delete', 8), ('update', 16), ('truncate', 32)) as o (operation, bit)
where
    f.proname in ('tg_any__refuse', 'tg_any__replay_only')
    and c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
    and t.tgtype & 2 = 2 and t.tgtype & o.bit = o.bit;

select is_empty(
    $$
    select e.table_name, o.operation
    from (
        values
        ('ledger.processor_events'), ('ledger.event_rejections'), ('ledger.event_links'),
        ('ledger.event_acceptances'), ('ledger.event_dismissals'), ('ledger.holdings'),
        ('ledger.event_deferrals'),
        ('ledger.ledger_entries'), ('ledger.payout_items'), ('ledger.payout_skips'),
        ('ledger.payout_term_changes'), ('ledger.setting_changes'), ('ledger.fx_rates'),
        ('ledger.integrity_audits'), ('ledger.posting_rule_history'), ('ledger.account_seals'),
        ('ledger.journal_seals'), ('ledger.currencies'), ('ledger.accounts'), ('ledger.entry_types'),
        ('ledger.event_types'), ('ledger.posting_rules'), ('ledger.rejection_reasons'),
        ('ledger.payout_failure_codes'), ('ledger.reports'), ('ledger.metrics')
    ) as e (table_name)
    cross join (values ('update'), ('delete'), ('truncate')) as o (operation)
    except
    select r.table_name, r.operation from refused as r where r.columns = ''
    $$,
    'what is recorded is never updated, deleted or truncated; what files say is changed by their replay'
);
select is_empty(
    $$
    select e.table_name, o.operation
    from (
        values
        ('ledger.restaurants'), ('ledger.cell'), ('ledger.account_balances'), ('ledger.payouts'), ('ledger.payout_runs'),
        ('ledger.payout_schedules'), ('ledger.payout_terms'), ('ledger.seals'), ('access.api_keys'),
        ('inbound.sources'), ('inbound.kept_webhooks'), ('outbound.endpoints')
    ) as e (table_name)
    cross join (values ('delete'), ('truncate')) as o (operation)
    except
    select r.table_name, r.operation from refused as r
    $$,
    'what is changed is never removed'
);
select results_eq(
    $$
    select c.oid::regclass::text collate "default"
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
        and c.relkind in ('r', 'p')
        and c.oid::regclass::text not in (select r.table_name from refused as r)
    order by 1
    $$,
    array[
        'inbound.source_secrets', 'ledger.deferred_events', 'ledger.pending_days',
        'ledger.platform_settings', 'outbound.deliveries', 'outbound.endpoint_secrets'
    ],
    'of no other table than these are rows removed: each is here for a reason'
);
select is_empty(
    'select * from refused as r where r.enabled <> ''O''',
    'none is disabled, and none is for replicas alone or always'
);

select is_empty(
    $$
    select e.name
    from (
        values
        ('ledger.processor_events_subject_key'), ('ledger.event_links_reversed_once_key'),
        ('ledger.payout_runs_schedule_id_due_at_key'), ('ledger.payouts_external_id_idx')
    ) as e (name)
    where not exists (
        select
        from pg_catalog.pg_index as i
        where
            i.indexrelid = to_regclass(e.name) and i.indisunique and i.indisvalid and i.indimmediate
    )
    $$,
    'a payment, a reversal, a run of a schedule and a bank''s id are there once'
);
select is(
    (select r.restaurant_id from api.set_restaurant('res_1') as r), 'res_1', 'a restaurant'
);
select throws_ok(
    'update ledger.restaurants set restaurant_id = ''res_2''', 'LCAPP',
    'the id of restaurant res_1 never changes', 'keeps its id for ever (LCAPP)'
);

select * from finish();
rollback;
