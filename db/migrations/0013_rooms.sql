-- Three more rooms beside the ledger: who may come in, what comes in, what is told outside.

create schema access;
comment on schema access is
'Tables and internal functions of the keys that callers of the service show.';

create schema inbound;
comment on schema inbound is
'Tables and internal functions of signed webhooks: sources, their secrets, and how each is read.';

create schema outbound;
comment on schema outbound is
'Tables and internal functions of webhooks that are sent: endpoints and deliveries.';
