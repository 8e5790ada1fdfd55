drop sequence inbound.refused_webhooks_seq;
drop table inbound.kept_webhooks;
drop table inbound.source_secrets;
drop table inbound.sources;
