-- The floor begins with the same rows. Its numbers go on far above them.
insert into floor.processor_events
overriding system value
select e.*
from ledger.processor_events as e;

insert into floor.ledger_entries
select e.*
from ledger.ledger_entries as e;

select setval(pg_get_serial_sequence('floor.processor_events', 'event_no'), 1000000000);
