-- What is there: schemas, tables, views, functions, keys, reference data.
begin;
select plan(56);

-- Schemas and their contents
select has_schema('ledger', 'there is a schema for tables and internals');
select has_schema('api', 'there is a schema for public functions');
select has_schema('reporting', 'there is a schema for views');
select has_schema('access', 'there is a schema for keys');
select has_schema('inbound', 'there is a schema for webhooks that come in');
select has_schema('outbound', 'there is a schema for webhooks that are sent');
select tables_are(
    'ledger',
    array[
        'account_balances',
        'account_seals',
        'accounts',
        'cell',
        'currencies',
        'deferred_events',
        'entry_types',
        'event_acceptances', 'event_deferrals', 'event_dismissals',
        'event_links',
        'event_rejections',
        'event_types',
        'fx_rates',
        'holdings',
        'integrity_audits',
        'journal_seals',
        'ledger_entries',
        'metrics',
        'payout_failure_codes',
        'payout_items',
        'payout_runs', 'payout_schedules',
        'payout_skips',
        'payout_term_changes', 'payout_terms', 'payouts', 'pending_days',
        'platform_settings', 'posting_rule_history', 'posting_rules', 'processor_events',
        'rejection_reasons', 'reports', 'restaurants', 'seals', 'setting_changes'
    ],
    'schema ledger holds the tables of the design'
);
select functions_are(
    'api',
    array[
        'accept_event',
        'audit_integrity',
        'add_webhook_secret',
        'cancel_payout',
        'check_integrity',
        'claim_deliveries',
        'claim_payout_run',
        'claim_payouts',
        'confirm_payout',
        'continue_payout_run',
        'create_api_key',
        'disable_webhook_endpoint',
        'dismiss_event',
        'dismiss_rejection',
        'dismiss_webhook',
        'enable_webhook_endpoint',
        'get_seal_lines',
        'fail_payout_run',
        'find_events',
        'get_balance',
        'get_event',
        'get_metrics',
        'get_own',
        'get_payment',
        'get_payout',
        'get_payout_run',
        'get_payout_terms',
        'get_report',
        'get_report_csv',
        'get_restaurant',
        'get_service_status',
        'get_statement',
        'hold_funds',
        'ingest_event',
        'ingest_events',
        'list_api_keys',
        'list_balances',
        'list_deliveries',
        'list_disputes',
        'list_drift',
        'list_entries',
        'list_holds',
        'list_inbox',
        'list_kept_webhooks',
        'list_payments',
        'list_payout_entries',
        'list_payout_runs',
        'list_payout_schedules',
        'list_payout_skips',
        'list_payout_term_changes',
        'list_payouts',
        'list_reports',
        'list_restaurants',
        'list_setting_changes',
        'list_webhook_sources',
        'list_webhook_endpoints',
        'load_fx_rates',
        'pause_payouts',
        'pay_by_hand',
        'pay_due_restaurants',
        'pay_restaurants',
        'post_adjustment',
        'preview_payouts',
        'record_delivery', 'recover_endpoint',
        'queue_payout_run',
        'receive_webhook',
        'release_hold',
        'replay_event',
        'replay_events',
        'replay_webhook',
        'resend_delivery',
        'resume_payouts',
        'retry_payout_run',
        'reverse_event',
        'revoke_api_key',
        'rotate_webhook_secret',
        'run_due_payouts',
        'run_payouts',
        'seal_due_ledger',
        'seal_ledger',
        'set_payout_schedule',
        'set_payout_terms',
        'set_platform_settings',
        'set_restaurant',
        'set_webhook_source',
        'set_webhook_endpoint',
        'start_payout_run',
        'tell_overdue_events',
        'use_api_key',
        'verify_seals',
        'write_off_debt'
    ],
    'schema api holds the public functions'
);
select set_eq(
    $$
    select c.relname::text
    from pg_catalog.pg_class as c
    where c.relnamespace = 'reporting'::regnamespace
        and c.relname not like 'check!_%' escape '!'
    $$,
    array[
        'balances_in_base', 'daily_sales', 'daily_sales_in_base', 'debt_ageing', 'fx_conversions',
        'fx_currencies', 'fx_rates', 'integrity_audits', 'integrity_checks', 'integrity_findings', 'ledger_entries',
        'ledger_postings', 'payout_claims', 'payout_eligibility', 'payout_entries',
        'payout_failure_codes', 'payout_items', 'payout_reconciliation',
        'payout_run_reconciliation', 'payout_runs', 'payout_schedules', 'payout_skips', 'payout_term_changes',
        'payout_terms', 'payouts', 'payouts_waiting', 'pending_ageing', 'platform_settings',
        'disputes', 'holds', 'inbox', 'kept_webhooks', 'payments', 'webhook_sources',
        'processor_fees', 'restaurant_balances', 'restaurants', 'seals', 'setting_changes', 'trial_balance'
    ],
    'schema reporting holds the views for people and tools, and a view a check'
);
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where
        (c.relnamespace = 'api'::regnamespace)
        or (c.relnamespace = 'reporting'::regnamespace and c.relkind <> 'v')
    $$,
    'api holds nothing but functions, reporting nothing but views'
);
select is_empty(
    $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'reporting'::regnamespace
    $$,
    'reporting has no functions'
);
select is(
    (
        select replace(x.setting, 'search_path=', '')
        from pg_catalog.pg_db_role_setting as s
        inner join pg_catalog.pg_database as d on s.setdatabase = d.oid
        cross join lateral unnest(s.setconfig) as x (setting)
        where d.datname = current_database() and s.setrole = 0 and x.setting like 'search_path=%'
    ) like 'api, reporting, public%',
    true,
    'the bare names work in psql: the database''s search_path begins with api, reporting, public'
);

select ok(
    exists (
        select
        from pg_catalog.pg_db_role_setting as s
        inner join pg_catalog.pg_database as d on s.setdatabase = d.oid
        where d.datname = current_database() and s.setrole = 0 and 'jit=off' = any(s.setconfig)
    ),
    'and nothing is compiled: the first array of a session would take seconds'
);

-- Comments
select is_empty(
    $$
    select n.nspname
    from pg_catalog.pg_namespace as n
    where n.nspname in ('ledger', 'access', 'inbound', 'outbound', 'api', 'reporting')
        and obj_description(n.oid, 'pg_namespace') is null
    $$,
    'every schema has a comment'
);
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'reporting')
        and c.relkind in ('r', 'v', 'c')
        and obj_description(c.oid, 'pg_class') is null
        and obj_description(c.reltype, 'pg_type') is null
    $$,
    'every table, view and type has a comment'
);
select is_empty(
    $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    where
        p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api')
        and obj_description(p.oid, 'pg_proc') is null
    $$,
    'every function has a comment'
);

select is_empty(
    $$
    select t.oid::regtype
    from pg_catalog.pg_type as t
    where
        t.typnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and t.typtype = 'd'
        and obj_description(t.oid, 'pg_type') is null
    $$,
    'every domain has a comment'
);

-- Keys
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and c.relkind = 'r'
        and not exists (
            select 1 from pg_catalog.pg_constraint as k where k.conrelid = c.oid and k.contype = 'p'
        )
    $$,
    'every table has a primary key'
);
select is_empty(
    $$
    select a.attrelid::regclass
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind = 'r'
    inner join pg_catalog.pg_constraint as k on k.conrelid = c.oid and k.contype = 'p'
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
        and a.attname = 'restaurant_id'
        and k.conkey[1] <> a.attnum
    $$,
    'every table with a restaurant_id has it first in its primary key'
);
select is_empty(
    $$
    select k.conname
    from pg_catalog.pg_constraint as k
    inner join pg_catalog.pg_attribute as a
        on k.confrelid = a.attrelid and a.attname = 'restaurant_id'
    where
        k.contype = 'f'
        and k.connamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound')
        and not a.attnum = any(k.confkey)
    $$,
    'every foreign key to a table of restaurants names the restaurant'
);
select col_is_pk(
    'ledger', 'ledger_entries', array['restaurant_id', 'currency', 'entry_seq'],
    'an entry is known by restaurant, currency and number'
);
select col_is_pk(
    'ledger', 'account_balances', array['restaurant_id', 'currency'],
    'there is one balance row per restaurant and currency'
);
select col_is_unique(
    'ledger', 'processor_events', array['provider', 'event_id'],
    'an event is unique per provider and event_id'
);
select col_is_unique(
    'ledger', 'payouts', array['restaurant_id', 'currency', 'as_of'],
    'a payout is unique per restaurant, currency and as_of'
);
select col_is_unique('ledger', 'payouts', 'payout_id', 'a payout is found by its id alone');

-- Types
select is_empty(
    $$
    select a.attrelid::regclass, a.attname
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind in ('r', 'c')
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and a.attnum > 0
        and a.atttypid::regtype::text in ('numeric', 'real', 'double precision', 'money')
        -- sums over many entries: of any size, but whole
        and format_type(a.atttypid, a.atttypmod) <> 'numeric(38,0)'
        and (c.relname, a.attname) <> ('fx_rates', 'rate')
    $$,
    'no column but an exchange rate can hold a fraction: money is integers'
);
select is_empty(
    $$
    select a.attrelid::regclass, a.attname
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind in ('r', 'c')
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and a.attnum > 0
        and a.attname in (
            'amount', 'fee', 'balance', 'reserved', 'held', 'balance_after', 'reserved_after',
            'held_after', 'min_amount', 'payouts_amount'
        )
        and format_type(a.atttypid, a.atttypmod) not in ('bigint', 'numeric(38,0)')
    $$,
    'every amount in the book is a bigint, or a whole sum of them'
);
select is_empty(
    $$
    select a.attrelid::regclass, a.attname
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind = 'r'
    inner join pg_catalog.pg_type as t on a.atttypid = t.oid
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and a.attnum > 0
        and (
            a.attname ~ '_id$' or a.attname in (
                'currency', 'provider', 'entry_type', 'event_type', 'item_type', 'status',
                'subject_state', 'code', 'account', 'debit_account', 'credit_account'
            )
        )
        and t.typcategory = 'S'
        and a.attcollation <> '"C"'::regcollation
    $$,
    'ids and keys compare by bytes'
);
select is_empty(
    $$
    select i.indexrelid::regclass, l.collname
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as c on i.indrelid = c.oid
    cross join lateral unnest(i.indcollation::oid[]) as k (number)
    inner join pg_catalog.pg_collation as l on k.number = l.oid
    where
        c.relnamespace::regnamespace::text in (
            'ledger', 'access', 'inbound', 'outbound', 'deployment'
        )
        and l.collname <> 'C'
    $$,
    'no index is in the order of a library, which an operating system may change'
);
select is_empty(
    $$
    select a.attrelid::regclass, a.attname
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind = 'r'
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and a.attnum > 0
        and (
            (a.attname like '%\_at' and a.atttypid <> 'timestamptz'::regtype)
            or (a.attname ~ '(_on|_day|_through|^as_of)$' and a.atttypid <> 'date'::regtype)
        )
    $$,
    'moments carry a time zone, days are dates'
);
select is_empty(
    $$
    select c.oid::regclass
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and c.relkind = 'r'
        and exists (
            select 1
            from pg_catalog.pg_attribute as a
            where a.attrelid = c.oid
                and a.attname = 'balance'
        )
        and not exists (
            select 1
            from pg_catalog.pg_attribute as a
            where a.attrelid = c.oid and a.attname = 'restaurant_id'
        )
    $$,
    'no row that all events must lock: nothing stores a balance of the platform'
);

-- Currencies
select results_eq(
    $$
    select c.currency collate "default", c.exponent::integer
    from ledger.currencies as c
    where c.currency in ('PEN', 'USD', 'MXN', 'JPY', 'CLP', 'KWD')
    order by c.currency collate "C"
    $$,
    $$values ('CLP', 0), ('JPY', 0), ('KWD', 3), ('MXN', 2), ('PEN', 2), ('USD', 2)$$,
    'currencies carry the exponents of ISO 4217'
);
select cmp_ok(
    (select count(*) from ledger.currencies)::integer, '>', 145,
    'the currencies are those of ISO 4217, not a handful'
);
select is_empty(
    $$
    select c.currency
    from ledger.currencies as c
    where c.currency in ('XXX', 'XTS', 'XAU', 'ZZZ')
    $$,
    'codes that are no money are not among them'
);

-- The chart of movements
select results_eq(
    $$
    select t.entry_type collate "default", t.debit_account collate "default",
    t.credit_account collate "default"
    from ledger.entry_types as t
    order by t.entry_type collate "C"
    $$,
    $$
    values
    ('ADJUSTMENT_CREDIT', 'platform_adjustments', 'restaurant_available'),
    ('ADJUSTMENT_CREDIT_REVERSAL', 'restaurant_available', 'platform_adjustments'),
    ('ADJUSTMENT_DEBIT', 'restaurant_available', 'platform_adjustments'),
    ('ADJUSTMENT_DEBIT_REVERSAL', 'platform_adjustments', 'restaurant_available'),
    ('CHARGE', 'processor_clearing', 'restaurant_available'),
    ('CHARGE_REVERSAL', 'restaurant_available', 'processor_clearing'),
    ('DISPUTE', 'restaurant_available', 'restaurant_held'),
    ('DISPUTE_FEE', 'restaurant_available', 'processor_fees'),
    ('DISPUTE_LOST', 'restaurant_held', 'processor_clearing'),
    ('DISPUTE_REINSTATED', 'processor_clearing', 'restaurant_available'),
    ('DISPUTE_WON', 'restaurant_held', 'restaurant_available'),
    ('FEE', 'restaurant_available', 'processor_fees'),
    ('FEE_REFUND', 'processor_fees', 'restaurant_available'),
    ('FEE_REFUND_REVERSAL', 'restaurant_available', 'processor_fees'),
    ('FEE_REVERSAL', 'processor_fees', 'restaurant_available'),
    ('HOLD', 'restaurant_available', 'restaurant_held'),
    ('HOLD_RELEASE', 'restaurant_held', 'restaurant_available'),
    ('PAYOUT_CANCELLATION', 'restaurant_reserved', 'restaurant_available'),
    ('PAYOUT_FAILURE', 'restaurant_reserved', 'restaurant_available'),
    ('PAYOUT_FEE', 'restaurant_available', 'processor_fees'),
    ('PAYOUT_FEE_REVERSAL', 'processor_fees', 'restaurant_available'),
    ('PAYOUT_RELEASE', 'restaurant_reserved', 'processor_clearing'),
    ('PAYOUT_RESERVE', 'restaurant_available', 'restaurant_reserved'),
    ('PAYOUT_RETURN', 'processor_clearing', 'restaurant_available'),
    ('REFUND', 'restaurant_available', 'processor_clearing'),
    ('REFUND_FAILURE', 'processor_clearing', 'restaurant_available'),
    ('REFUND_REVERSAL', 'processor_clearing', 'restaurant_available'),
    ('WRITE_OFF', 'platform_losses', 'restaurant_available'),
    ('WRITE_OFF_REVERSAL', 'restaurant_available', 'platform_losses')
    $$,
    'each entry type debits and credits the accounts of the design'
);
select results_eq(
    $$
    select t.entry_type collate "default", t.balance_effect::integer, t.reserved_effect::integer,
    t.held_effect::integer
    from ledger.entry_types as t
    order by t.entry_type collate "C"
    $$,
    $$
    values
    ('ADJUSTMENT_CREDIT', 1, 0, 0),
    ('ADJUSTMENT_CREDIT_REVERSAL', -1, 0, 0),
    ('ADJUSTMENT_DEBIT', -1, 0, 0),
    ('ADJUSTMENT_DEBIT_REVERSAL', 1, 0, 0),
    ('CHARGE', 1, 0, 0),
    ('CHARGE_REVERSAL', -1, 0, 0),
    ('DISPUTE', -1, 0, 1),
    ('DISPUTE_FEE', -1, 0, 0),
    ('DISPUTE_LOST', 0, 0, -1),
    ('DISPUTE_REINSTATED', 1, 0, 0),
    ('DISPUTE_WON', 1, 0, -1),
    ('FEE', -1, 0, 0),
    ('FEE_REFUND', 1, 0, 0),
    ('FEE_REFUND_REVERSAL', -1, 0, 0),
    ('FEE_REVERSAL', 1, 0, 0),
    ('HOLD', -1, 0, 1),
    ('HOLD_RELEASE', 1, 0, -1),
    ('PAYOUT_CANCELLATION', 1, -1, 0),
    ('PAYOUT_FAILURE', 1, -1, 0),
    ('PAYOUT_FEE', -1, 0, 0),
    ('PAYOUT_FEE_REVERSAL', 1, 0, 0),
    ('PAYOUT_RELEASE', 0, -1, 0),
    ('PAYOUT_RESERVE', -1, 1, 0),
    ('PAYOUT_RETURN', 1, 0, 0),
    ('REFUND', -1, 0, 0),
    ('REFUND_FAILURE', 1, 0, 0),
    ('REFUND_REVERSAL', 1, 0, 0),
    ('WRITE_OFF', 1, 0, 0),
    ('WRITE_OFF_REVERSAL', -1, 0, 0)
    $$,
    'what an entry type does to the restaurant''s money follows from its two accounts'
);
select results_eq(
    $$
    select t.entry_type collate "default", t.payout_item collate "default"
    from ledger.entry_types as t
    order by t.entry_type collate "C"
    $$,
    $$
    values
    ('ADJUSTMENT_CREDIT', 'adjustments'),
    ('ADJUSTMENT_CREDIT_REVERSAL', 'adjustments'),
    ('ADJUSTMENT_DEBIT', 'adjustments'),
    ('ADJUSTMENT_DEBIT_REVERSAL', 'adjustments'),
    ('CHARGE', 'gross_sales'),
    ('CHARGE_REVERSAL', 'gross_sales'),
    ('DISPUTE', 'disputes'),
    ('DISPUTE_FEE', 'dispute_fees'),
    ('DISPUTE_LOST', null),
    ('DISPUTE_REINSTATED', 'disputes_won'),
    ('DISPUTE_WON', 'disputes_won'),
    ('FEE', 'fees'),
    ('FEE_REFUND', 'fees_returned'),
    ('FEE_REFUND_REVERSAL', 'fees_returned'),
    ('FEE_REVERSAL', 'fees'),
    ('HOLD', 'holds'),
    ('HOLD_RELEASE', 'holds_released'),
    ('PAYOUT_CANCELLATION', 'payout_cancellations'),
    ('PAYOUT_FAILURE', 'payout_failures'),
    ('PAYOUT_FEE', 'payout_fees'),
    ('PAYOUT_FEE_REVERSAL', 'payout_fees'),
    ('PAYOUT_RELEASE', null),
    ('PAYOUT_RESERVE', null),
    ('PAYOUT_RETURN', 'payout_returns'),
    ('REFUND', 'refunds'),
    ('REFUND_FAILURE', 'refunds_failed'),
    ('REFUND_REVERSAL', 'refunds'),
    ('WRITE_OFF', 'write_offs'),
    ('WRITE_OFF_REVERSAL', 'write_offs')
    $$,
    'every movement of the restaurant''s money has the payout item under which it is summed'
);
select is_empty(
    $$
    select t.entry_type
    from ledger.entry_types as t
    where t.payout_item is null and t.balance_effect <> 0 and t.entry_type <> 'PAYOUT_RESERVE'
    $$,
    'only the reserve itself moves the balance and is in no item'
);
select results_eq(
    $$
    select t.entry_type collate "default", t.payment_effect::integer
    from ledger.entry_types as t
    where t.payment_effect <> 0
    order by t.entry_type collate "C"
    $$,
    $$
    values
    ('CHARGE', 1), ('CHARGE_REVERSAL', -1), ('DISPUTE', -1), ('DISPUTE_REINSTATED', 1),
    ('DISPUTE_WON', 1), ('REFUND', -1), ('REFUND_FAILURE', 1), ('REFUND_REVERSAL', 1)
    $$,
    'charges make a payment, refunds and disputes that are open or lost take from it, others do not'
);
select results_eq(
    $$
    select t.entry_type collate "default"
    from ledger.entry_types as t
    where t.may_be_pending
    order by t.entry_type collate "C"
    $$,
    $$values ('CHARGE'), ('CHARGE_REVERSAL'), ('FEE'), ('FEE_REVERSAL')$$,
    'what may wait for its day are charges, fees, and what takes them back'
);
select is_empty(
    $$
    select r.entry_type
    from ledger.entry_types as r
    left join ledger.entry_types as t on r.entry_type = t.entry_type || '_REVERSAL'
    where r.entry_type like '%!_REVERSAL' escape '!'
        and (
            r.debit_account, r.credit_account, r.payout_item, r.payment_effect, r.may_be_pending
        ) is distinct from (
            t.credit_account, t.debit_account, t.payout_item, -t.payment_effect, t.may_be_pending
        )
    $$,
    'each X_REVERSAL is X the other way round, under the same item'
);
select is_empty(
    $$
    select r.subject_state
    from ledger.posting_rules as r
    inner join ledger.posting_rules as o
        on r.subject_state = o.amount_entry and o.fee_entry is not null
    where r.event_type = 'event_reversed'
        and r.fee_entry is distinct from o.fee_entry || '_REVERSAL'
    union all
    select r.subject_state
    from ledger.posting_rules as r
    where r.event_type = 'event_reversed'
        and r.amount_entry is distinct from r.subject_state || '_REVERSAL'
    $$,
    'what takes an event back mirrors each of its entries'
);
select results_eq(
    $$
    select a.account collate "default", a.account_class, a.normal_side, a.is_of_restaurant
    from ledger.accounts as a
    order by a.account collate "C"
    $$,
    $$
    values
    ('platform_adjustments', 'expense', 'debit', false),
    ('platform_losses', 'expense', 'debit', false),
    ('processor_clearing', 'asset', 'debit', false),
    ('processor_fees', 'revenue', 'credit', false),
    ('restaurant_available', 'liability', 'credit', true),
    ('restaurant_held', 'liability', 'credit', true),
    ('restaurant_reserved', 'liability', 'credit', true)
    $$,
    'the chart of accounts says of each account what it is'
);

-- Events and what they post
select results_eq(
    $$
    select e.event_type collate "default", e.origin collate "default",
    e.subject collate "default",
    e.subject_field collate "default", e.first_type collate "default",
    e.reported_state collate "default"
    from ledger.event_types as e
    order by e.event_type collate "C"
    $$,
    $$
    values
    ('adjustment_credited', 'operator', null, null, null, null),
    ('adjustment_debited', 'operator', null, null, null, null),
    ('charge_succeeded', 'processor', 'payment', 'payment_id', 'charge_succeeded', 'CHARGED'),
    ('debt_written_off', 'operator', 'debt', 'currency', null, null),
    ('dispute_lost', 'processor', 'dispute', 'dispute_id', 'dispute_opened', 'LOST'),
    ('dispute_opened', 'processor', 'dispute', 'dispute_id', 'dispute_opened', 'OPEN'),
    ('dispute_won', 'processor', 'dispute', 'dispute_id', 'dispute_opened', 'WON'),
    ('event_reversed', 'operator', 'event', 'reversed_event_id', null, null),
    ('fee_charged', 'processor', null, null, null, null),
    ('fee_refunded', 'processor', null, null, null, null),
    ('funds_held', 'operator', 'hold', 'event_id', 'funds_held', 'OPEN'),
    ('funds_released', 'operator', 'hold', 'hold_id', 'funds_held', null),
    ('payout_canceled', 'processor', 'payout', 'payout_id', null, 'CANCELED'),
    ('payout_failed', 'processor', 'payout', 'payout_id', null, 'FAILED'),
    ('payout_fee_charged', 'processor', 'payout', 'payout_id', null, null),
    ('payout_paid', 'processor', 'payout', 'payout_id', null, 'PAID'),
    ('payout_withdrawn', 'operator', 'payout', 'payout_id', null, 'CANCELED'),
    ('refund_failed', 'processor', 'refund', 'refund_id', 'refund_succeeded', 'FAILED'),
    ('refund_succeeded', 'processor', 'refund', 'refund_id', 'refund_succeeded', 'SUCCEEDED')
    $$,
    'cuenta understands what processors say and what people do, and what each event is about'
);
select results_eq(
    $$
    select r.event_type collate "default", r.subject_state collate "default",
    r.amount_entry collate "default", r.fee_entry collate "default", r.is_delayed,
    r.decided collate "default"
    from ledger.posting_rules as r
    order by r.event_type, r.subject_state
    $$,
    $$
    values
    ('adjustment_credited', 'NEW', 'ADJUSTMENT_CREDIT', null, false, 'always'),
    ('adjustment_debited', 'NEW', 'ADJUSTMENT_DEBIT', null, false, 'always'),
    ('charge_succeeded', 'NEW', 'CHARGE', 'FEE', true, 'never'),
    ('debt_written_off', 'NEW', 'WRITE_OFF', null, false, 'always'),
    ('dispute_lost', 'LOST', null, null, false, 'always'),
    ('dispute_lost', 'OPEN', 'DISPUTE_LOST', null, false, 'always'),
    ('dispute_lost', 'OVERTAKEN', null, null, false, 'always'),
    ('dispute_opened', 'NEW', 'DISPUTE', 'DISPUTE_FEE', false, 'always'),
    ('dispute_won', 'LOST', 'DISPUTE_REINSTATED', null, false, 'always'),
    ('dispute_won', 'OPEN', 'DISPUTE_WON', null, false, 'always'),
    ('dispute_won', 'OVERTAKEN', null, null, false, 'always'),
    ('dispute_won', 'WON', null, null, false, 'always'),
    ('event_reversed', 'ADJUSTMENT_CREDIT', 'ADJUSTMENT_CREDIT_REVERSAL', null, false, 'always'),
    ('event_reversed', 'ADJUSTMENT_DEBIT', 'ADJUSTMENT_DEBIT_REVERSAL', null, false, 'always'),
    ('event_reversed', 'CHARGE', 'CHARGE_REVERSAL', 'FEE_REVERSAL', false, 'always'),
    ('event_reversed', 'FEE', 'FEE_REVERSAL', null, false, 'always'),
    ('event_reversed', 'FEE_REFUND', 'FEE_REFUND_REVERSAL', null, false, 'always'),
    ('event_reversed', 'PAYOUT_FEE', 'PAYOUT_FEE_REVERSAL', null, false, 'always'),
    ('event_reversed', 'REFUND', 'REFUND_REVERSAL', null, false, 'always'),
    ('event_reversed', 'WRITE_OFF', 'WRITE_OFF_REVERSAL', null, false, 'always'),
    ('fee_charged', 'NEW', 'FEE', null, false, 'if_named'),
    ('fee_refunded', 'NEW', 'FEE_REFUND', null, false, 'if_named'),
    ('funds_held', 'NEW', 'HOLD', null, false, 'always'),
    ('funds_released', 'OPEN', 'HOLD_RELEASE', null, false, 'always'),
    ('payout_canceled', 'CANCELED', null, null, false, 'always'),
    ('payout_canceled', 'CREATED', 'PAYOUT_CANCELLATION', null, false, 'always'),
    ('payout_canceled', 'FAILED', null, null, false, 'always'),
    ('payout_canceled', 'OVERTAKEN', null, null, false, 'always'),
    ('payout_canceled', 'PAID', 'PAYOUT_RETURN', null, false, 'always'),
    ('payout_failed', 'CANCELED', null, null, false, 'always'),
    ('payout_failed', 'CREATED', 'PAYOUT_FAILURE', null, false, 'always'),
    ('payout_failed', 'FAILED', null, null, false, 'always'),
    ('payout_failed', 'OVERTAKEN', null, null, false, 'always'),
    ('payout_failed', 'PAID', 'PAYOUT_RETURN', null, false, 'always'),
    ('payout_fee_charged', 'CANCELED', 'PAYOUT_FEE', null, false, 'always'),
    ('payout_fee_charged', 'CREATED', 'PAYOUT_FEE', null, false, 'always'),
    ('payout_fee_charged', 'FAILED', 'PAYOUT_FEE', null, false, 'always'),
    ('payout_fee_charged', 'PAID', 'PAYOUT_FEE', null, false, 'always'),
    ('payout_paid', 'CREATED', 'PAYOUT_RELEASE', null, false, 'always'),
    ('payout_paid', 'OVERTAKEN', null, null, false, 'always'),
    ('payout_paid', 'PAID', null, null, false, 'always'),
    ('payout_withdrawn', 'CANCELED', null, null, false, 'always'),
    ('payout_withdrawn', 'CREATED', 'PAYOUT_CANCELLATION', null, false, 'always'),
    ('refund_failed', 'FAILED', null, null, false, 'always'),
    ('refund_failed', 'REVERSED', null, null, false, 'always'),
    ('refund_failed', 'SUCCEEDED', 'REFUND_FAILURE', null, false, 'always'),
    ('refund_succeeded', 'NEW', 'REFUND', null, false, 'if_named')
    $$,
    'posting rules say which entry the amount and the fee of an event become, and whether they wait'
);
select is_empty(
    $$
    select r.event_type, r.subject_state, f.entry_type
    from ledger.posting_rules as r
    cross join lateral (
        values
        (r.amount_entry, r.amount_balance_effect, r.amount_reserved_effect),
        (r.fee_entry, r.fee_balance_effect, r.fee_reserved_effect)
    ) as f (entry_type, balance_effect, reserved_effect)
    left join ledger.entry_types as t on f.entry_type = t.entry_type
    where
        (f.balance_effect, f.reserved_effect) is distinct from (t.balance_effect, t.reserved_effect)
    $$,
    'the effects copied into the posting rules are those of the entry types'
);
select results_eq(
    $$
    select e.event_type collate "default", e.is_subject_optional, e.is_amount_free,
    e.is_new_business, e.state_rank::integer
    from ledger.event_types as e
    where e.is_subject_optional or e.is_amount_free or e.is_new_business or e.state_rank > 0
    order by e.event_type collate "C"
    $$,
    $$
    values
    ('charge_succeeded', true, false, true, 0),
    ('dispute_lost', false, false, false, 1),
    ('dispute_won', false, false, false, 2),
    ('funds_released', false, true, false, 0),
    ('payout_canceled', false, false, false, 1),
    ('payout_failed', false, false, false, 2),
    ('payout_fee_charged', false, true, false, 0),
    ('payout_withdrawn', false, false, false, 1),
    ('refund_failed', false, false, false, 1),
    ('refund_succeeded', true, false, false, 0)
    $$,
    'which may leave their subject unnamed, are free in their amount, are new business, or count '
    'more'
);
select is_empty(
    $$
    select r.event_type
    from ledger.posting_rules as r
    where r.decided <> 'always' and r.subject_state <> 'NEW'
    union all
    select r.event_type
    from ledger.posting_rules as r
    inner join ledger.event_types as e on r.event_type = e.event_type
    where r.decided <> 'always'
        and (e.origin <> 'processor' or not (e.is_subject_optional or e.subject is null))
    $$,
    'undecided go only processors'' reports of something new that need name nothing'
);
select is_empty(
    $$
    select e.event_type
    from ledger.event_types as e
    where not exists (select 1 from ledger.posting_rules as r where r.event_type = e.event_type)
    $$,
    'every event type has a posting rule'
);
select set_eq(
    'select r.code from ledger.rejection_reasons as r',
    array[
        'AMOUNT_EXCEEDS_DEBT', 'AMOUNT_EXCEEDS_HOLD', 'AMOUNT_EXCEEDS_PAYMENT', 'AMOUNT_INVALID',
        'AVAILABLE_ON_INVALID', 'BALANCE_OUT_OF_RANGE', 'CURRENCY_INVALID', 'CURRENCY_UNKNOWN',
        'DISPUTE_ID_INVALID', 'EVENT_ID_INVALID', 'EVENT_ID_REUSED', 'EVENT_IN_USE',
        'EVENT_NOT_OBJECT', 'EVENT_NOT_REVERSIBLE', 'EVENT_TYPE_INVALID', 'EVENT_TYPE_UNKNOWN',
        'FEE_INVALID', 'FEE_NOT_ALLOWED', 'FIELD_MISSING', 'LIVEMODE_INVALID', 'METADATA_INVALID',
        'NUMBER_OUT_OF_RANGE', 'OCCURRED_AT_INVALID', 'OCCURRED_AT_IN_FUTURE', 'PAYMENT_ID_INVALID',
        'PAYMENT_MISMATCH', 'PAYOUT_HANDED_OVER', 'PAYOUT_MISMATCH', 'PAYOUT_NOT_FOUND',
        'PAYOUT_STATE_CONFLICT', 'PROVIDER_INVALID', 'PROVIDER_RESERVED', 'REFUND_ID_INVALID',
        'RESTAURANT_CLOSED', 'RESTAURANT_ID_INVALID', 'RESTAURANT_UNKNOWN', 'REVERSED_BEFORE',
        'SUBJECT_MISMATCH', 'SUBJECT_REUSED', 'SUBJECT_STATE_CONFLICT', 'TEST_EVENT', 'TOLD_BEFORE',
        'TIMEZONE_UNKNOWN', 'WAITS_FOR_DISPUTE', 'WAITS_FOR_PAYMENT', 'WAITS_FOR_REFUND'
    ],
    'the reasons for which an event may be refused'
);

-- Append-only
select bag_eq(
    $$
    select t.tgrelid::regclass::text
    from pg_catalog.pg_trigger as t
    where
        t.tgfoid = 'ledger.tg_any__refuse'::regproc
        -- before, for each statement, on update, delete and truncate
        and t.tgtype & 1 = 0 and t.tgtype & 2 = 2
        and t.tgtype & 8 = 8 and t.tgtype & 16 = 16 and t.tgtype & 32 = 32
    $$,
    $$
    values
    ('ledger.posting_rule_history'), ('ledger.setting_changes'), ('ledger.fx_rates'),
    ('ledger.event_rejections'), ('ledger.ledger_entries'), ('ledger.payout_items'),
    ('ledger.payout_skips'), ('ledger.payout_term_changes'), ('ledger.processor_events'),
    ('ledger.event_links'), ('ledger.event_acceptances'), ('ledger.holdings'), ('ledger.integrity_audits'),
    ('ledger.event_dismissals'), ('ledger.event_deferrals'), ('ledger.seals'), ('ledger.account_seals'),
    ('ledger.journal_seals')
    $$,
    'events, what they follow, rejections, entries, items, skips and rates refuse update, delete '
    'and truncate'
);
select bag_eq(
    $$
    select t.tgrelid::regclass::text
    from pg_catalog.pg_trigger as t
    where
        t.tgfoid = 'ledger.tg_any__refuse'::regproc
        and t.tgtype & 1 = 0 and t.tgtype & 2 = 2
        and t.tgtype & 8 = 8 and t.tgtype & 16 = 0 and t.tgtype & 32 = 32
    $$,
    $$
    values
    ('ledger.account_balances'), ('ledger.cell'), ('ledger.payout_runs'), ('ledger.payout_schedules'),
    ('ledger.payout_terms'), ('outbound.endpoints'),
    ('ledger.payouts'), ('ledger.restaurants'), ('access.api_keys'), ('inbound.sources'),
    ('inbound.kept_webhooks')
    $$,
    'restaurants, balances, payouts, runs, endpoints, sources, kept webhooks and keys refuse delete '
    'and truncate'
);
select is_empty(
    $$
    select t.tgname
    from pg_catalog.pg_trigger as t
    inner join pg_catalog.pg_class as c on t.tgrelid = c.oid
    where c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and t.tgenabled <> 'O'
    $$,
    'no trigger is switched off'
);
select is_empty(
    $$
    select a.attname
    from pg_catalog.pg_attribute as a
    where a.attrelid = 'ledger.payouts'::regclass
        and a.attnum > 0
        and not a.attisdropped
        and not exists (
            select
            from pg_catalog.pg_trigger as t
            where t.tgrelid = a.attrelid
                and t.tgname in ('payouts_guard', 'payouts_hand_over')
                and a.attnum = any(t.tgattr)
        )
    $$,
    'every column of a payout is guarded by a trigger'
);
select set_eq(
    $$
    select c.relname, t.tgname
    from pg_catalog.pg_trigger as t
    inner join pg_catalog.pg_class as c on t.tgrelid = c.oid
    where
        c.relnamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and not t.tgisinternal
        and t.tgtype = 4 and t.tgnewtable = 'written'
        and t.tgfoid::regproc::text not like 'outbound.%'
    $$,
    $$values ('payouts', 'payouts_complete'), ('payout_items', 'payout_items_complete')$$,
    'whether payouts are complete is asked at the end of each statement that inserts into them'
);
select is_empty(
    $$
    select k.conname
    from pg_catalog.pg_constraint as k
    where k.connamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound') and not k.convalidated
    $$,
    'every constraint holds for all rows'
);

select * from finish();
rollback;
