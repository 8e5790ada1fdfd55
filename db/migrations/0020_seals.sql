-- Seals: what the book says, held by a chain of digests whose last link is a short text. A seal's
-- row is written last, when its root is known: no foreign key leads to it, api.verify_seals looks.

create table ledger.seals (
    seal_no bigint not null,
    sealed_at timestamptz not null,
    account_count bigint not null,
    entry_count bigint not null,
    event_count bigint not null,
    last_event_no bigint not null,
    settled_event_no bigint not null,
    xact_id xid8,
    audited_at timestamptz,
    sealed_by text not null,
    heads bytea not null,
    root bytea not null,
    previous_root bytea,
    constraint seals_pkey primary key (seal_no),
    constraint seals_seal_no_positive_check check (seal_no > 0),
    constraint seals_counts_not_negative_check
    check (least(account_count, entry_count, event_count) >= 0),
    constraint seals_settled_is_drawn_check check (settled_event_no between 0 and last_event_no),
    constraint seals_heads_length_check check (octet_length(heads) = 32),
    constraint seals_root_length_check check (octet_length(root) = 32),
    constraint seals_previous_root_length_check check (octet_length(previous_root) = 32),
    constraint seals_first_has_no_previous_check check ((seal_no = 1) = (previous_root is null))
);
comment on table ledger.seals is
'Seals of the book, without gaps. Each commits, by its root, to every row sealed so far.';
comment on column ledger.seals.seal_no is 'Its number; the first is 1.';
comment on column ledger.seals.sealed_at is 'When it was begun.';
comment on column ledger.seals.sealed_by is 'Who did it.';
comment on column ledger.seals.account_count is 'Accounts that are sealed, by it or before.';
comment on column ledger.seals.entry_count is 'Entries that are sealed, by it or before.';
comment on column ledger.seals.event_count is 'Events that are sealed, by it or before.';
comment on column ledger.seals.last_event_no is
'The highest event_no that had been drawn when it was begun, by what was not yet committed too.';
comment on column ledger.seals.settled_event_no is
'All events up to this number are sealed, and no transaction can add one any more: whoever looks '
'for what came later in an account begins here or at the account''s own number, the higher.';
comment on column ledger.seals.xact_id is
'Its transaction, begun after last_event_no was read: once all before it have ended, all of these '
'are settled. Null: it had begun before.';
comment on column ledger.seals.heads is
'Root of the Merkle tree of the last batch of every account and journal.';
comment on column ledger.seals.root is
'SHA-256 of its text, which names heads and previous_root: all that has to be kept elsewhere.';
comment on column ledger.seals.previous_root is 'root of the seal before; null: it is the first.';
comment on column ledger.seals.audited_at is
'When a whole audit of what was in the book at this seal found no error; null: none has yet.';

create table ledger.account_seals (
    seal_no bigint not null,
    entry_seq bigint not null,
    event_no bigint not null,
    entry_count bigint not null,
    event_count bigint not null,
    restaurant_id text collate "C" not null,
    currency text collate "C" not null,
    hash bytea not null,
    marks bytea not null,
    constraint account_seals_pkey primary key (restaurant_id, currency, seal_no),
    constraint account_seals_hash_length_check check (octet_length(hash) = 32),
    constraint account_seals_marks_length_check
    check (octet_length(marks) = 4 * (entry_count + event_count))
);
create index account_seals_seal_no_idx on ledger.account_seals (seal_no);
-- Digests are not compressible.
alter table ledger.account_seals alter column marks set storage external;
comment on table ledger.account_seals is
'What a seal added to an account: all its entries and events that were committed and not sealed.';
comment on column ledger.account_seals.restaurant_id is 'The restaurant.';
comment on column ledger.account_seals.currency is 'The currency.';
comment on column ledger.account_seals.seal_no is 'The seal.';
comment on column ledger.account_seals.entry_seq is
'The last entry of the account that is sealed; 0: none yet.';
comment on column ledger.account_seals.event_no is
'The last event of the account that is sealed; 0: none yet.';
comment on column ledger.account_seals.entry_count is 'Entries that it added.';
comment on column ledger.account_seals.event_count is 'Events that it added.';
comment on column ledger.account_seals.hash is
'The account''s head: SHA-256 over the hash before and the digests of what was added, in order.';
comment on column ledger.account_seals.marks is
'The first four bytes of each of these digests, entries first: they name the row that is not as '
'it was.';

create table ledger.journal_seals (
    seal_no bigint not null,
    row_count bigint not null,
    journal text collate "C" not null,
    numbers int8multirange not null,
    hash bytea not null,
    marks bytea not null,
    constraint journal_seals_pkey primary key (journal, seal_no),
    constraint journal_seals_hash_length_check check (octet_length(hash) = 32),
    constraint journal_seals_marks_length_check check (octet_length(marks) = 4 * row_count)
);
create index journal_seals_seal_no_idx on ledger.journal_seals (seal_no);
alter table ledger.journal_seals alter column marks set storage external;
comment on table ledger.journal_seals is
'What a seal added to a journal: a table of facts whose numbers may be committed in any order, so '
'that a batch names those it holds and who is late is in a later one.';
comment on column ledger.journal_seals.journal is 'The table.';
comment on column ledger.journal_seals.seal_no is 'The seal.';
comment on column ledger.journal_seals.row_count is 'Rows that it added.';
comment on column ledger.journal_seals.numbers is 'Their numbers.';
comment on column ledger.journal_seals.hash is
'The journal''s head: SHA-256 over the hash before and the digests of these rows, by number.';
comment on column ledger.journal_seals.marks is 'The first four bytes of each of these digests.';

alter table ledger.platform_settings
add column seal_hours integer not null default 24,
-- squawk-ignore constraint-missing-not-valid
add constraint platform_settings_seal_hours_range_check check (seal_hours between 0 and 8760);
comment on column ledger.platform_settings.seal_hours is
'A worker audits and seals the book once in so many hours; 0: never.';
