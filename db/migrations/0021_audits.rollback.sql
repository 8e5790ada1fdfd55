create index integrity_audits_check_name_audit_no_idx
on ledger.integrity_audits (check_name, audit_no);
drop index ledger.integrity_audits_check_name_is_everything_audit_no_idx;
alter table ledger.integrity_audits drop column is_everything;
