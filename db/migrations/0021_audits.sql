-- An audit looks at what came since the last audited seal, or at everything.

alter table ledger.integrity_audits
add column is_everything boolean not null default true;
comment on column ledger.integrity_audits.is_everything is
'Whether it looked at the whole book; else at what came since the last audited seal.';

-- squawk-ignore require-concurrent-index-creation
create index integrity_audits_check_name_is_everything_audit_no_idx
on ledger.integrity_audits (check_name, is_everything, audit_no);
-- squawk-ignore require-concurrent-index-deletion
drop index ledger.integrity_audits_check_name_audit_no_idx;
