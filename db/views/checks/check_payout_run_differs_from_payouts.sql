create or replace view reporting.check_payout_run_differs_from_payouts
with (security_barrier) as
select
    null::text as restaurant_id,
    r.currency,
    r.run_id as reference,
    format(
        'counts %s payouts of %s and the skips %s; it has %s of %s and %s',
        r.payouts_created, r.payouts_amount, r.skipped, coalesce(p.payouts, 0),
        coalesce(p.amount, 0), coalesce(s.skipped, '{}')
    ) as finding
from ledger.payout_runs as r
left join (
    select
        x.run_id,
        count(*) as payouts,
        sum(x.amount) as amount
    from ledger.payouts as x
    group by x.run_id
) as p on r.run_id = p.run_id
left join (
    select
        y.run_id,
        sum(y.skips) as skips,
        jsonb_object_agg(y.reason, y.skips) as skipped
    from (
        select
            x.run_id,
            x.reason,
            count(*) as skips
        from ledger.payout_skips as x
        group by x.run_id, x.reason
    ) as y
    group by y.run_id
) as s on r.run_id = s.run_id
where
    r.payouts_created <> coalesce(p.payouts, 0)
    or r.payouts_amount <> coalesce(p.amount, 0)
    or r.restaurants_skipped <> coalesce(s.skips, 0)
    or r.skipped <> coalesce(s.skipped, '{}');

comment on view reporting.check_payout_run_differs_from_payouts is
'error: A payout run counts other payouts or skips than it has. Reason: How many restaurants a '
'run has paid, what that comes to, and how many it has passed over for which reason is counted in '
'the transaction that writes them. Remedy: Compare the run''s payouts and skips with a backup: '
'one of them is missing, or one too many.';
comment on column reporting.check_payout_run_differs_from_payouts.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_run_differs_from_payouts.currency is
'The currency.';
comment on column reporting.check_payout_run_differs_from_payouts.reference is
'What to look up.';
comment on column reporting.check_payout_run_differs_from_payouts.finding is
'What was found, in words and figures.';
