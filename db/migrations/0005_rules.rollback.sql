delete from ledger.rejection_reasons;
delete from ledger.posting_rules;
delete from ledger.event_types;
delete from ledger.entry_types;
delete from ledger.accounts;
