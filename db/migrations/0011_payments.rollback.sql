alter table ledger.platform_settings drop column payments_since;
drop table ledger.holdings;
