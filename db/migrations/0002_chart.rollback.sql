drop table ledger.rejection_reasons;
drop table ledger.posting_rule_history;
drop table ledger.posting_rules;
drop table ledger.event_types;
drop table ledger.entry_types;
drop table ledger.accounts;
drop table ledger.currencies;
