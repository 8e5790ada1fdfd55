create or replace view reporting.check_payout_unlike_its_run
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        '%s of %s as of %s is payout %s of %s of the run %s of %s as of %s',
        p.amount, p.currency, p.as_of, p.reserve_entry_seq, p.restaurant_id, p.run_id,
        coalesce(r.currency, 'nothing'), r.as_of
    ) as finding
from ledger.payout_chain as p
left join ledger.payout_runs as r on p.run_id = r.run_id
left join ledger.ledger_entries as e
    on
        p.restaurant_id = e.restaurant_id
        and p.currency = e.currency
        and p.reserve_entry_seq = e.entry_seq
where
    (p.currency, p.as_of) is distinct from (r.currency, r.as_of)
    or p.payout_id <> ledger.derive_payout_id(p.restaurant_id, p.currency, p.as_of)
    or p.amount < r.min_amount
    or p.restaurant_id <> all(r.restaurant_ids)
    or p.restaurant_id > r.last_restaurant_id
    or p.as_of > e.business_day
    or p.reserve_entry_seq <= p.previous_reserve_seq;

comment on view reporting.check_payout_unlike_its_run is
'error: A payout is not one that its run could have made. Reason: A payout''s id is made of its '
'restaurant, currency and day; it is of its run''s currency, day and restaurants and no less than '
'the run''s minimum, of a day that had begun, and later than those before it. Remedy: Pause '
'payouts of the restaurant, and compare the payout and its run with a backup.';
comment on column reporting.check_payout_unlike_its_run.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_unlike_its_run.currency is
'The currency.';
comment on column reporting.check_payout_unlike_its_run.reference is
'What to look up.';
comment on column reporting.check_payout_unlike_its_run.finding is
'What was found, in words and figures.';
