-- Signed webhooks: who sends them, the keys they are signed with, and those that became no event.

create table inbound.sources (
    created_at timestamptz not null,
    changed_at timestamptz not null,
    source text collate "C" not null,
    scheme text collate "C" not null,
    changed_by text not null,
    settings jsonb not null,
    constraint sources_pkey primary key (source),
    constraint sources_scheme_known_check
    check (scheme in ('standard', 'stripe', 'adyen', 'mercadopago', 'hmac', 'basic'))
);
comment on table inbound.sources is
'Who sends signed webhooks: a processor, or one account at it. None is ever removed: one that '
'sends no more is disabled by a setting.';
comment on column inbound.sources.source is 'Its name: the end of the path it posts to.';
comment on column inbound.sources.scheme is 'How it signs; see docs/webhooks-in.md.';
comment on column inbound.sources.settings is
'How its signature and its documents are read; see docs/webhooks-in.md.';
comment on column inbound.sources.created_at is 'When it was made.';
comment on column inbound.sources.changed_at is 'When it was changed last.';
comment on column inbound.sources.changed_by is 'Who did.';

create table inbound.source_secrets (
    secret_no bigint not null generated always as identity,
    created_at timestamptz not null,
    valid_from timestamptz not null,
    valid_until timestamptz,
    source text collate "C" not null,
    scheme text collate "C" not null,
    algorithm text collate "C" not null,
    created_by text not null,
    digest bytea not null,
    inner_key bytea,
    outer_key bytea,
    constraint source_secrets_pkey primary key (source, secret_no),
    constraint source_secrets_digest_key unique (source, scheme, algorithm, digest),
    constraint source_secrets_source_fkey
    foreign key (source) references inbound.sources (source),
    constraint source_secrets_period_check check (valid_until > valid_from),
    constraint source_secrets_key_has_halves_check
    check (num_nonnulls(inner_key, outer_key) in (0, 2))
);
comment on table inbound.source_secrets is
'The secrets of sources. What is kept is what verifying needs, not the text that was given: of a '
'key the two blocks that HMAC begins with, of a password its digest. Both are as secret.';
comment on column inbound.source_secrets.secret_no is 'Internal number.';
comment on column inbound.source_secrets.created_at is 'When it was given.';
comment on column inbound.source_secrets.valid_from is 'Since when it verifies.';
comment on column inbound.source_secrets.valid_until is
'Until when, that moment not included; null: for ever. Rotation is two that overlap.';
comment on column inbound.source_secrets.source is 'Whose it is.';
comment on column inbound.source_secrets.scheme is
'The scheme it was read for; it verifies nothing for another one.';
comment on column inbound.source_secrets.algorithm is 'The hash of the HMAC it was read for.';
comment on column inbound.source_secrets.created_by is 'Who gave it.';
comment on column inbound.source_secrets.digest is 'SHA-256 of its bytes: one is not kept twice.';
comment on column inbound.source_secrets.inner_key is
'The first block of the inner hash; null: it is a password, of which the digest is enough.';
comment on column inbound.source_secrets.outer_key is 'The first block of the outer hash.';

create table inbound.kept_webhooks (
    webhook_no bigint not null generated always as identity,
    received_at timestamptz not null,
    last_received_at timestamptz not null,
    dismissed_at timestamptz,
    deliveries integer not null default 1,
    item_no integer not null,
    source text collate "C" not null,
    outcome text collate "C" not null,
    kind text collate "C",
    code text collate "C" not null,
    message text not null,
    dismissed_by text,
    reason text,
    body_digest bytea not null,
    body bytea not null,
    constraint kept_webhooks_pkey primary key (webhook_no),
    constraint kept_webhooks_delivery_key unique (source, body_digest, item_no),
    constraint kept_webhooks_outcome_known_check
    check (outcome in ('unknown', 'refused')),
    constraint kept_webhooks_dismissed_is_explained_check
    check (num_nonnulls(dismissed_at, dismissed_by, reason) in (0, 3))
);
create index kept_webhooks_webhook_no_open_idx
on inbound.kept_webhooks (webhook_no)
where dismissed_at is null;
create index kept_webhooks_source_webhook_no_idx on inbound.kept_webhooks (source, webhook_no);
comment on table inbound.kept_webhooks is
'What was signed rightly, answered with success, and became no event: for a person. One row an '
'item of a body, however often it is sent.';
comment on column inbound.kept_webhooks.webhook_no is 'Its number: later ones are greater.';
comment on column inbound.kept_webhooks.received_at is 'When it was received first.';
comment on column inbound.kept_webhooks.last_received_at is 'When it was received last.';
comment on column inbound.kept_webhooks.deliveries is 'How often it was received.';
comment on column inbound.kept_webhooks.source is 'Who sent it.';
comment on column inbound.kept_webhooks.item_no is
'Which of the things that the body tells, from 1.';
comment on column inbound.kept_webhooks.outcome is
'unknown: of a kind that nothing here knows. refused: it should be an event, and cannot be one.';
comment on column inbound.kept_webhooks.kind is
'What the processor calls it; null: it does not say.';
comment on column inbound.kept_webhooks.code is 'Why it is no event.';
comment on column inbound.kept_webhooks.message is 'The reason in words.';
comment on column inbound.kept_webhooks.dismissed_at is
'When a person had seen to it; null: it is open. Received again later, it is open again.';
comment on column inbound.kept_webhooks.dismissed_by is 'Who had.';
comment on column inbound.kept_webhooks.reason is 'What the person says.';
comment on column inbound.kept_webhooks.body_digest is 'SHA-256 of the body.';
comment on column inbound.kept_webhooks.body is 'The body, byte by byte.';

create sequence inbound.refused_webhooks_seq;
comment on sequence inbound.refused_webhooks_seq is
'How many webhooks were not signed as they must be. No row, no lock: a flood leaves nothing '
'behind. After a crash it may be up to 32 ahead.';
