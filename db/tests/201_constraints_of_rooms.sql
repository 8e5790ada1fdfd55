-- Every constraint of keys, of webhooks in and of webhooks out refuses what it is named for, asked
-- one by one as a superuser; 200_constraints.sql does the same with the ledger.
begin;
select plan(33);

-- One row of each kind to copy
do $do$
begin
    perform api.create_api_key('till', 'app');
    perform api.set_webhook_source('bank', 'basic');
    perform api.set_webhook_endpoint('https://a.example/');
end
$do$;
insert into inbound.source_secrets (
    created_at, valid_from, source, scheme, algorithm, created_by, digest
)
values (now(), '2026-01-01T00:00:00Z', 'bank', 'basic', 'sha256', 'me', 'x');
insert into inbound.kept_webhooks (
    received_at, last_received_at, item_no, source, outcome, code, message, body_digest, body
)
values (now(), now(), 1, 'bank', 'unknown', 'X', 'x', 'x', 'x');
insert into outbound.deliveries (
    created_at, next_attempt_at, endpoint_id, message_id, type, payload
)
select now(), now(), e.endpoint_id, 'msg_1', 'payout.paid', '{}'
from outbound.endpoints as e;

-- The name of the constraint that a statement runs into.
create function pg_temp.refused_by(p_statement text) returns text
language plpgsql
as $$
declare
    v_constraint text;
begin
    execute p_statement;
    return 'nothing';
exception
    when not_null_violation then
        return 'not null';
    when integrity_constraint_violation then
        get stacked diagnostics v_constraint = constraint_name;
        return v_constraint;
end
$$;

-- A copy of the row of a table, with some columns changed.
create function pg_temp.copy(p_table regclass, p_change jsonb) returns text
language sql
as $$
select format(
    'insert into %1$s (%2$s) overriding system value select %2$s from '
    '(select x.* from (select t as r from %1$s as t limit 1) as o, '
    'jsonb_populate_record(o.r, %3$L) as x) as y',
    p_table, string_agg(quote_ident(a.attname), ', ' order by a.attnum), p_change
)
from pg_catalog.pg_attribute as a
where a.attrelid = p_table and a.attnum > 0 and not a.attisdropped
$$;

create temporary table cases (
    constraint_name text, change jsonb, what text, table_name regclass,
    no integer generated always as identity
);
insert into cases (table_name, constraint_name, change, what)
values
('access.api_keys', 'api_keys_pkey', '{"key_no": 0}', 'a key twice'),
(
    'access.api_keys', 'api_keys_key_no_key',
    '{"key_id": "x", "key_digest": "a digest of thirty-two bytes...."}', 'a number for two keys'
),
(
    'access.api_keys', 'api_keys_key_digest_key', '{"key_id": "x", "key_no": 0}',
    'a digest for two keys'
),
(
    'access.api_keys', 'api_keys_digest_length_check', '{"key_digest": "the secret itself"}',
    'what is no digest'
),
('access.api_keys', 'api_keys_role_check', '{"role": "owner"}', 'an unknown role'),
(
    'access.api_keys', 'api_keys_bound_key_reads_check', '{"bound_to": "res_001"}',
    'a key of one restaurant that may write'
),
(
    'access.api_keys', 'api_keys_revoked_by_check', '{"revoked_at": "2026-01-01"}',
    'a key that nobody revoked'
),
(
    'access.api_keys', 'api_keys_revoked_by_check', '{"revoked_by": "x"}',
    'a key that was revoked at no time'
),
('inbound.sources', 'sources_pkey', '{}', 'a source twice'),
(
    'inbound.sources', 'sources_scheme_known_check', '{"source": "x", "scheme": "none"}',
    'a source that does not sign'
),
('inbound.source_secrets', 'source_secrets_pkey', '{"digest": "y"}', 'a secret''s number twice'),
(
    'inbound.source_secrets', 'source_secrets_digest_key', '{"secret_no": 0}',
    'a secret twice'
),
(
    'inbound.source_secrets', 'source_secrets_source_fkey', '{"source": "x"}', 'a secret of nobody'
),
(
    'inbound.source_secrets', 'source_secrets_period_check',
    '{"secret_no": 0, "digest": "y", "valid_until": "2026-01-01T00:00:00Z"}',
    'a secret that ends as it begins'
),
(
    'inbound.source_secrets', 'source_secrets_key_has_halves_check',
    '{"secret_no": 0, "digest": "y", "inner_key": "x"}', 'a key without its outer half'
),
(
    'inbound.source_secrets', 'source_secrets_key_has_halves_check',
    '{"secret_no": 0, "digest": "y", "outer_key": "x"}', 'a key without its inner half'
),
('inbound.kept_webhooks', 'kept_webhooks_pkey', '{"item_no": 2}', 'a number twice'),
(
    'inbound.kept_webhooks', 'kept_webhooks_delivery_key', '{"webhook_no": 0}',
    'an item of a body twice'
),
(
    'inbound.kept_webhooks', 'kept_webhooks_outcome_known_check',
    '{"webhook_no": 0, "item_no": 2, "outcome": "event"}', 'what became an event'
),
(
    'inbound.kept_webhooks', 'kept_webhooks_dismissed_is_explained_check',
    '{"webhook_no": 0, "item_no": 2, "dismissed_at": "2026-01-01", "dismissed_by": "x"}',
    'one that was dismissed without a reason'
),
('outbound.endpoints', 'endpoints_pkey', '{"url": "https://b.example/"}', 'an endpoint twice'),
('outbound.endpoints', 'endpoints_url_key', '{"endpoint_id": "x"}', 'two endpoints of one URL'),
(
    'outbound.endpoints', 'endpoints_disabled_reason_known_check',
    '{"endpoint_id": "x", "url": "https://b.example/", "disabled_at": "2026-01-01", '
    '"disabled_by": "x", "disabled_reason": "tired"}', 'an unknown reason to be disabled'
),
(
    'outbound.endpoints', 'endpoints_disabled_is_explained_check',
    '{"endpoint_id": "x", "url": "https://b.example/", "disabled_at": "2026-01-01", '
    '"disabled_by": "x"}', 'one that is disabled without a reason'
),
(
    'outbound.endpoints', 'endpoints_disabled_is_explained_check',
    '{"endpoint_id": "x", "url": "https://b.example/", "disabled_reason": "gone"}',
    'a reason why one that is enabled is disabled'
),
('outbound.endpoint_secrets', 'endpoint_secrets_pkey', '{"secret": "x"}', 'a number twice'),
(
    'outbound.endpoint_secrets', 'endpoint_secrets_endpoint_id_fkey', '{"endpoint_id": "x"}',
    'a secret of nobody'
),
('outbound.deliveries', 'deliveries_pkey', '{}', 'a number twice'),
(
    'outbound.deliveries', 'deliveries_state_known_check',
    '{"delivery_no": 0, "state": "lost", "next_attempt_at": null}', 'an unknown state'
),
(
    'outbound.deliveries', 'deliveries_pending_has_next_check',
    '{"delivery_no": 0, "next_attempt_at": null}', 'one that is pending and never due'
),
(
    'outbound.deliveries', 'deliveries_pending_has_next_check',
    '{"delivery_no": 0, "state": "delivered"}', 'one that is delivered and due'
);

-- Checks and unique keys hold with the triggers off as well; foreign keys are triggers themselves.
set local session_replication_role = replica;
select is(
    pg_temp.refused_by(pg_temp.copy(c.table_name, c.change)), c.constraint_name,
    format('%s refuses %s (%s)', c.table_name, c.what, c.constraint_name)
)
from cases as c
where c.constraint_name !~ '_fkey$'
order by c.no;
set local session_replication_role = origin;
select is(
    pg_temp.refused_by(pg_temp.copy(c.table_name, c.change)), c.constraint_name,
    format('%s refuses %s (%s)', c.table_name, c.what, c.constraint_name)
)
from cases as c
where c.constraint_name ~ '_fkey$'
order by c.no;

select set_eq(
    'select c.table_name, c.constraint_name from cases as c',
    $$
    select k.conrelid::regclass, k.conname::text
    from pg_catalog.pg_constraint as k
    where
        k.connamespace::regnamespace::text in ('access', 'inbound', 'outbound')
        -- not null is asked below
        and k.contype not in ('n', 't')
    union all
    select i.indrelid::regclass, x.relname::text
    from pg_catalog.pg_index as i
    inner join pg_catalog.pg_class as x on i.indexrelid = x.oid
    where
        x.relnamespace::regnamespace::text in ('access', 'inbound', 'outbound') and i.indisunique
        and not exists (select 1 from pg_catalog.pg_constraint as k where k.conindid = x.oid)
    $$,
    'no constraint of keys and webhooks is left out here'
);
select set_eq(
    $$
    select a.attrelid::regclass || '.' || a.attname
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_class as c on a.attrelid = c.oid and c.relkind = 'r'
    where
        c.relnamespace::regnamespace::text in ('access', 'inbound', 'outbound')
        and a.attnum > 0 and not a.attisdropped and not a.attnotnull
    $$,
    array[
        'access.api_keys.bound_to', 'access.api_keys.expires_at', 'access.api_keys.last_used_at',
        'access.api_keys.revoked_at', 'access.api_keys.revoked_by',
        'inbound.source_secrets.valid_until', 'inbound.source_secrets.inner_key',
        'inbound.source_secrets.outer_key', 'inbound.kept_webhooks.dismissed_at',
        'inbound.kept_webhooks.dismissed_by', 'inbound.kept_webhooks.kind',
        'inbound.kept_webhooks.reason', 'outbound.endpoints.disabled_at',
        'outbound.endpoints.disabled_by', 'outbound.endpoints.disabled_reason',
        'outbound.endpoints.failing_since', 'outbound.endpoint_secrets.valid_until',
        'outbound.deliveries.delivered_at', 'outbound.deliveries.last_answer',
        'outbound.deliveries.last_attempt_at', 'outbound.deliveries.last_duration_ms',
        'outbound.deliveries.last_error', 'outbound.deliveries.last_status',
        'outbound.deliveries.lease_id', 'outbound.deliveries.next_attempt_at',
        'outbound.deliveries.renewed_at', 'outbound.deliveries.renewed_by'
    ],
    'a column is not null unless it may be missing'
);

select * from finish();
rollback;
