alter table ledger.posting_rule_history drop column last_event_no;
alter table ledger.setting_changes drop column entry_seqs;
alter table ledger.platform_settings drop column payments_since_no;
