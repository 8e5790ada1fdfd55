drop type outbound.endpoint_state;
alter table ledger.deferred_events drop column overdue_told_at;
drop table outbound.deliveries;
drop table outbound.endpoint_secrets;
drop table outbound.endpoints;
