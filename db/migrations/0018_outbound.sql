-- What is told outside: who wants to hear, the secrets that sign it, and what becomes of it.

create table outbound.endpoints (
    created_at timestamptz not null,
    changed_at timestamptz not null,
    disabled_at timestamptz,
    failing_since timestamptz,
    endpoint_id text collate "C" not null,
    url text collate "C" not null,
    disabled_reason text collate "C",
    disabled_by text,
    changed_by text not null,
    event_types text[] collate "C" not null,
    settings jsonb not null,
    constraint endpoints_pkey primary key (endpoint_id),
    constraint endpoints_url_key unique (url),
    constraint endpoints_disabled_reason_known_check
    check (disabled_reason in ('gone', 'failing', 'by_hand')),
    constraint endpoints_disabled_is_explained_check
    check (
        num_nonnulls(disabled_reason, disabled_by) = case when disabled_at is null then 0 else 2 end
    )
);
comment on table outbound.endpoints is
'Receivers of webhooks, each with what it wants to hear. None is ever removed: one that wants no '
'more is disabled, or wants no type.';
comment on column outbound.endpoints.endpoint_id is 'Our id of it.';
comment on column outbound.endpoints.url is 'Where messages are posted to; once.';
comment on column outbound.endpoints.event_types is
'The types of message it wants; one of * stands for all.';
comment on column outbound.endpoints.settings is
'allow_http, allowed_hosts, description, max_in_flight; see docs/webhooks-out.md.';
comment on column outbound.endpoints.created_at is 'When it was made.';
comment on column outbound.endpoints.changed_at is
'When a person changed it last, its secret included.';
comment on column outbound.endpoints.changed_by is 'Who did.';
comment on column outbound.endpoints.failing_since is
'Its first failure since anything was delivered; null: the last delivery was one.';
comment on column outbound.endpoints.disabled_at is
'Since when nothing is sent to it; what it would be told is kept. Null: it is enabled.';
comment on column outbound.endpoints.disabled_reason is
'gone: it answered 410. failing: nothing but failures for five days. by_hand: a person did.';
comment on column outbound.endpoints.disabled_by is 'Who disabled it; the worker, or a person.';

create table outbound.endpoint_secrets (
    secret_no bigint not null generated always as identity,
    created_at timestamptz not null,
    valid_until timestamptz,
    endpoint_id text collate "C" not null,
    secret text collate "C" not null,
    constraint endpoint_secrets_pkey primary key (endpoint_id, secret_no),
    constraint endpoint_secrets_endpoint_id_fkey
    foreign key (endpoint_id) references outbound.endpoints (endpoint_id)
);
comment on table outbound.endpoint_secrets is
'What messages are signed with: every secret that is valid when one is sent.';
comment on column outbound.endpoint_secrets.secret_no is 'Internal number.';
comment on column outbound.endpoint_secrets.created_at is 'When it was made.';
comment on column outbound.endpoint_secrets.valid_until is
'Until then it signs beside its successor; null: it is the current one.';
comment on column outbound.endpoint_secrets.endpoint_id is 'Whose it is.';
comment on column outbound.endpoint_secrets.secret is 'whsec_ and 32 bytes in base64.';

create table outbound.deliveries (
    delivery_no bigint not null generated always as identity,
    created_at timestamptz not null,
    next_attempt_at timestamptz,
    last_attempt_at timestamptz,
    delivered_at timestamptz,
    renewed_at timestamptz,
    lease_id uuid,
    attempts smallint not null default 0,
    last_status smallint,
    last_duration_ms integer,
    endpoint_id text collate "C" not null,
    message_id text collate "C" not null,
    type text collate "C" not null,
    state text collate "C" not null default 'pending',
    last_error text,
    last_answer text,
    renewed_by text,
    payload jsonb not null,
    constraint deliveries_pkey primary key (delivery_no),
    constraint deliveries_state_known_check check (state in ('pending', 'delivered', 'failed')),
    constraint deliveries_pending_has_next_check
    check ((state = 'pending') = (next_attempt_at is not null))
) with (fillfactor = 80);
create index deliveries_endpoint_id_next_attempt_at_delivery_no_idx
on outbound.deliveries (endpoint_id, next_attempt_at, delivery_no)
where state = 'pending';
create index deliveries_endpoint_id_leased_idx
on outbound.deliveries (endpoint_id, next_attempt_at)
where lease_id is not null;
create index deliveries_endpoint_id_type_delivery_no_idx
on outbound.deliveries (endpoint_id, type, delivery_no);
create index deliveries_endpoint_id_state_delivery_no_idx
on outbound.deliveries (endpoint_id, state, delivery_no)
where state <> 'delivered';
create index deliveries_message_id_idx on outbound.deliveries (message_id);
comment on table outbound.deliveries is
'Messages, one row an endpoint that wants it; written in the transaction that makes true what it '
'tells. At least once: a worker that dies before it records an answer has it sent again.';
comment on column outbound.deliveries.delivery_no is 'Its number: later ones are greater.';
comment on column outbound.deliveries.message_id is
'The header webhook-id: the same in every attempt and for every endpoint.';
comment on column outbound.deliveries.endpoint_id is 'Who is told; see outbound.endpoints.';
comment on column outbound.deliveries.type is 'What it tells; see docs/webhooks-out.md.';
comment on column outbound.deliveries.payload is 'The message: type, timestamp, data.';
comment on column outbound.deliveries.state is
'pending: it will be sent, or is being sent. delivered: the endpoint answered 2xx. failed: given '
'up after the last attempt; resend_delivery and recover_endpoint begin anew.';
comment on column outbound.deliveries.attempts is
'Attempts whose outcome is known, since it was made or begun anew.';
comment on column outbound.deliveries.next_attempt_at is
'When it is due; while it is being sent, until when nobody else takes it. Null: it is not pending.';
comment on column outbound.deliveries.lease_id is
'Of whoever sends it now, who alone may record the outcome; null: nobody does.';
comment on column outbound.deliveries.created_at is 'When what it tells became true.';
comment on column outbound.deliveries.last_attempt_at is 'When the last outcome was recorded.';
comment on column outbound.deliveries.last_status is
'The status of the last answer; null: there was none.';
comment on column outbound.deliveries.last_error is 'Why the last attempt failed, in words.';
comment on column outbound.deliveries.last_answer is 'The beginning of the last answer''s body.';
comment on column outbound.deliveries.last_duration_ms is 'How long the last attempt took.';
comment on column outbound.deliveries.renewed_at is
'When a person had it sent again, the last time; null: nobody has.';
comment on column outbound.deliveries.renewed_by is 'Who did.';
comment on column outbound.deliveries.delivered_at is 'When it was delivered the last time.';

alter table ledger.deferred_events add column overdue_told_at timestamptz;
comment on column ledger.deferred_events.overdue_told_at is
'When webhooks told that it waits for too long; null: they have not.';

create type outbound.endpoint_state as (
    endpoint_id text,
    url text,
    is_enabled boolean,
    disabled_at timestamptz,
    disabled_reason text,
    disabled_by text
);
comment on type outbound.endpoint_state is
'Whether an endpoint is sent to; the columns of api.enable_webhook_endpoint.';
