delete from ledger.currencies;
