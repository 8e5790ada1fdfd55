alter table ledger.payouts
drop column confirmed_by,
drop column submitted_by,
drop column failure_code,
drop column external_id,
drop column confirmed_at,
drop column submitted_at;
alter table ledger.payout_runs
drop column reason,
drop column started_by,
drop column overrides_terms;
alter table ledger.platform_settings drop column payouts_waiting_hours;
alter table ledger.currencies drop column payable_unit;
drop table ledger.payout_failure_codes;
drop table ledger.payout_term_changes;
drop table ledger.payout_terms;
