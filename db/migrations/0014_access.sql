-- Keys that callers of the service show. What is kept of a key is its digest.

create table access.api_keys (
    key_id text collate "C" not null,
    key_no bigint not null generated always as identity,
    key_digest bytea not null,
    name text not null,
    role text collate "C" not null,
    bound_to text collate "C",
    created_at timestamptz not null,
    created_by text not null,
    expires_at timestamptz,
    last_used_at timestamptz,
    revoked_at timestamptz,
    revoked_by text,
    constraint api_keys_pkey primary key (key_id),
    constraint api_keys_key_digest_key unique (key_digest),
    constraint api_keys_key_no_key unique (key_no),
    constraint api_keys_digest_length_check check (octet_length(key_digest) = 32),
    constraint api_keys_role_check check (role in ('processor', 'app', 'operator', 'reader')),
    constraint api_keys_bound_key_reads_check check (bound_to is null or role = 'reader'),
    constraint api_keys_revoked_by_check check ((revoked_at is null) = (revoked_by is null))
);
comment on table access.api_keys is
'Keys that callers of the service show, those that are revoked or have expired included: once there'
' was one, the service wants one.';
comment on column access.api_keys.key_id is 'The part of the key that is no secret.';
comment on column access.api_keys.key_no is 'In the order in which they were made.';
comment on column access.api_keys.key_digest is
'SHA-256 of the whole key; the key itself is nowhere.';
comment on column access.api_keys.name is
'Whose it is: the actor of what is done with it, and what stands in the log.';
comment on column access.api_keys.role is
'What it may do: as cuenta_processor, cuenta_app, cuenta_operator or cuenta_reader.';
comment on column access.api_keys.bound_to is
'The one restaurant that it may see; null: it is not bound to one.';
comment on column access.api_keys.created_at is 'When it was made.';
comment on column access.api_keys.created_by is 'Who made it.';
comment on column access.api_keys.expires_at is 'From when on it is not valid; null: no end.';
comment on column access.api_keys.last_used_at is
'When it was last used, to ten minutes or so; null: never.';
comment on column access.api_keys.revoked_at is 'When it was revoked; null: it was not.';
comment on column access.api_keys.revoked_by is 'Who revoked it.';
