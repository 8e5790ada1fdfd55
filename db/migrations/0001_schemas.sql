-- The three schemas: tables and internals, public functions, reports.

create schema ledger;
comment on schema ledger is
'Tables and internal functions of the ledger. Nobody but the owner works here; others call schema '
'api.';

create schema api;
comment on schema api is
'Public functions: the only door for writing, and the one the HTTP service uses.';

create schema reporting;
comment on schema reporting is
'Read-only views for people and reporting tools.';
