drop table ledger.event_deferrals;
