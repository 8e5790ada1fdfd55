alter table ledger.platform_settings drop column seal_hours;
drop table ledger.journal_seals;
drop table ledger.account_seals;
drop table ledger.seals;
