drop table ledger.cell;
