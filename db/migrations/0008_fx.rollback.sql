drop table ledger.reports;
drop table ledger.fx_rates;
