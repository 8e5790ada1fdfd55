drop schema reporting;
drop schema api;
drop schema ledger;
