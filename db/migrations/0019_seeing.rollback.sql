drop index ledger.payout_runs_started_at_unfinished_idx;
drop table ledger.integrity_audits;
drop table ledger.metrics;
drop sequence ledger.event_conflict_no_seq;
