create or replace view reporting.integrity_audits
with (security_barrier) as
select
    a.audit_no,
    a.audited_at,
    a.check_name,
    a.severity,
    a.findings,
    a.sample,
    a.duration_ms,
    a.is_everything
from ledger.integrity_audits as a;

comment on view reporting.integrity_audits is
'What each check of the ledger found, each time that audit_integrity() ran it.';
comment on column reporting.integrity_audits.audit_no is 'Later ones are greater.';
comment on column reporting.integrity_audits.audited_at is 'When the check was begun.';
comment on column reporting.integrity_audits.check_name is 'See reporting.integrity_checks.';
comment on column reporting.integrity_audits.severity is
'error: must never happen; warning: legal, but a person should look.';
comment on column reporting.integrity_audits.findings is 'How many it found; 0 on a sound book.';
comment on column reporting.integrity_audits.sample is 'Up to five of them; null: none.';
comment on column reporting.integrity_audits.duration_ms is 'How long it took.';
comment on column reporting.integrity_audits.is_everything is
'Whether it looked at the whole book; else at what came since the last audited seal.';
