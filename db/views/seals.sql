create or replace view reporting.seals
with (security_barrier) as
select
    s.seal_no,
    s.sealed_at,
    s.sealed_by,
    s.account_count,
    s.entry_count,
    s.event_count,
    encode(s.root, 'hex') as root,
    encode(s.previous_root, 'hex') as previous_root,
    s.audited_at
from ledger.seals as s;

comment on view reporting.seals is
'Seals of the book: who keeps a root elsewhere can prove with verify_seals() that nothing sealed '
'by then was changed.';
comment on column reporting.seals.seal_no is 'Its number; the first is 1, and there are no gaps.';
comment on column reporting.seals.sealed_at is 'When it was begun.';
comment on column reporting.seals.sealed_by is 'Who did it.';
comment on column reporting.seals.account_count is 'Accounts that are sealed, by it or before.';
comment on column reporting.seals.entry_count is 'Entries that are sealed, by it or before.';
comment on column reporting.seals.event_count is 'Events that are sealed, by it or before.';
comment on column reporting.seals.root is 'SHA-256 in hexadecimal: all that has to be kept.';
comment on column reporting.seals.previous_root is 'Root of the one before; null: it is the first.';
comment on column reporting.seals.audited_at is
'When a whole audit of what was in the book at this seal found no error; null: none has yet.';
