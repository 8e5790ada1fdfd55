create or replace view reporting.check_payout_skip_contradicts
with (security_barrier) as
select
    k.restaurant_id,
    k.currency,
    k.run_id as reference,
    format('was passed over with %s: %s', k.amount, k.reason) as finding
from ledger.payout_skips as k
left join ledger.payout_runs as r on k.run_id = r.run_id
left join ledger.payouts as p
    on
        k.restaurant_id = p.restaurant_id
        and k.currency = p.currency
        and r.as_of = p.as_of
where
    k.currency is distinct from r.currency
    or k.restaurant_id <> all(r.restaurant_ids)
    or k.restaurant_id > r.last_restaurant_id
    or p.run_id = k.run_id
    or (k.reason = 'already_paid' and p.payout_id is null)
    or (k.reason in ('below_minimum', 'above_maximum') and k.amount <= 0)
    or (k.reason = 'below_minimum' and r.min_amount > 0 and k.amount > 9007199254740991)
    or (k.reason = 'account_locked' and k.amount <> 0)
    or (k.reason = 'nothing_to_pay' and k.amount > 0)
    or (
        k.reason = 'closed_by_later_payout'
        and not exists (
            select 1
            from ledger.payouts as l
            where
                l.restaurant_id = k.restaurant_id
                and l.currency = k.currency
                and l.as_of > r.as_of
        )
    );

comment on view reporting.check_payout_skip_contradicts is
'error: A run has passed over a restaurant for a reason that cannot be. Reason: A skip is of its '
'run''s currency and restaurants, and not of one that the run has paid; already_paid and '
'closed_by_later_payout need such a payout, and the amount fits the reason. Remedy: Compare the '
'skip and its run with a backup.';
comment on column reporting.check_payout_skip_contradicts.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_skip_contradicts.currency is
'The currency.';
comment on column reporting.check_payout_skip_contradicts.reference is
'What to look up.';
comment on column reporting.check_payout_skip_contradicts.finding is
'What was found, in words and figures.';
