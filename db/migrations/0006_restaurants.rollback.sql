alter table ledger.pending_days
drop column first_entry_seq,
drop column last_entry_seq;
drop table ledger.setting_changes;
alter table ledger.account_balances drop column is_closed;
alter table ledger.restaurants drop column closed_at;
