create index processor_events_reservation_id_idx
on ledger.processor_events (left(payload -> 'metadata' ->> 'reservation_id', 128))
where (payload -> 'metadata' ->> 'reservation_id') is not null;
drop index ledger.processor_events_reservation_id_bytes_idx;
