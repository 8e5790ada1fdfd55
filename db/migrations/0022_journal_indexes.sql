-- transactional: false
-- A seal looks for the numbers of a journal that it has not sealed yet, in all restaurants.

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_rejections_rejection_no_idx
on ledger.event_rejections (rejection_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists event_dismissals_dismissal_no_idx
on ledger.event_dismissals (dismissal_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists setting_changes_change_no_idx
on ledger.setting_changes (change_no);

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists payout_term_changes_change_no_idx
on ledger.payout_term_changes (change_no);
