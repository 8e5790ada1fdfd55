-- transactional: false
-- Payouts are many: what hands them over and finds them must not look at all of them.

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create unique index concurrently if not exists payouts_external_id_idx
on ledger.payouts (external_id)
where external_id is not null;

-- squawk-ignore ban-concurrent-index-creation-in-transaction
create index concurrently if not exists payouts_currency_as_of_payout_id_unclaimed_idx
on ledger.payouts (currency, as_of, payout_id)
where status = 'CREATED' and submitted_at is null;
