drop table ledger.event_dismissals;
alter table ledger.deferred_events
drop column last_received_at,
drop column deliveries;
