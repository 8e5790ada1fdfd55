drop table ledger.rejection_reasons;
