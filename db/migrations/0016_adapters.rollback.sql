drop type inbound.webhook_kind;
drop type inbound.reading;
