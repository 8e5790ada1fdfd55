drop table ledger.holdings;
