-- transactional: false
-- What was refused may be a million rows: the inbox reads a page of them, the newest first.

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_received_at_rejection_no_idx
on ledger.event_rejections (received_at, rejection_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_code_received_at_rejection_no_idx
on ledger.event_rejections (code, received_at, rejection_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_status_received_at_rejection_no_idx
on ledger.event_rejections (status, received_at, rejection_no)
where status <> 'rejected';

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_restaurant_id_received_at_rejection_no_idx
on ledger.event_rejections (restaurant_id, received_at, rejection_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_event_id_provider_rejection_no_idx
on ledger.event_rejections (event_id, provider, rejection_no) include (received_at);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_rejection_no_unreadable_idx
on ledger.event_rejections (rejection_no)
where event_id is null or provider is null;

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists deferred_events_received_at_deferred_no_idx
on ledger.deferred_events (received_at, deferred_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists deferred_events_restaurant_id_received_at_deferred_no_idx
on ledger.deferred_events (restaurant_id, received_at, deferred_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_acceptances_accepted_at_event_no_idx
on ledger.event_acceptances (accepted_at, event_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
drop index concurrently if exists ledger.event_rejections_event_id_provider_idx;
