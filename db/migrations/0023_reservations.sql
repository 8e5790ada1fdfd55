-- transactional: false
-- The one index that compared by the database's own collation: a library's, where it has one, and
-- an upgrade of the operating system would have left it in another order than it is searched by.

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists processor_events_reservation_id_bytes_idx
on ledger.processor_events ((left(payload -> 'metadata' ->> 'reservation_id', 128) collate "C"))
where (payload -> 'metadata' ->> 'reservation_id') is not null;

-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists ledger.processor_events_reservation_id_idx;
