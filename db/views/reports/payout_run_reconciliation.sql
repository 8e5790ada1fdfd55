create or replace view reporting.payout_run_reconciliation
with (security_barrier) as
select
    r.run_id,
    r.currency,
    r.as_of,
    r.started_at,
    r.finished_at,
    r.payouts_created,
    r.payouts_amount,
    r.restaurants_skipped,
    p.payouts_found,
    p.amount_found,
    k.skips_found,
    p.created_amount,
    p.paid_amount,
    p.failed_amount,
    p.canceled_amount,
    r.payouts_created = p.payouts_found
    and r.payouts_amount = p.amount_found
    and r.restaurants_skipped = k.skips_found as is_reconciled
from ledger.payout_runs as r
cross join
    lateral (
        select
            count(*) as payouts_found,
            coalesce(sum(x.amount), 0) as amount_found,
            coalesce(sum(x.amount) filter (where x.status = 'CREATED'), 0) as created_amount,
            coalesce(sum(x.amount) filter (where x.status = 'PAID'), 0) as paid_amount,
            coalesce(sum(x.amount) filter (where x.status = 'FAILED'), 0) as failed_amount,
            coalesce(sum(x.amount) filter (where x.status = 'CANCELED'), 0) as canceled_amount
        from ledger.payouts as x
        where x.run_id = r.run_id
    ) as p
cross join lateral (
    select count(*) as skips_found
    from ledger.payout_skips as x
    where x.run_id = r.run_id
) as k;

comment on view reporting.payout_run_reconciliation is
'Each payout run beside the payouts and skips that it has written, and what became of the money. '
'is_reconciled is true in every row of a sound book; amounts are minor units of the currency.';
comment on column reporting.payout_run_reconciliation.run_id is 'The run.';
comment on column reporting.payout_run_reconciliation.currency is 'The currency in which it pays.';
comment on column reporting.payout_run_reconciliation.as_of is
'The last settlement day that it pays.';
comment on column reporting.payout_run_reconciliation.started_at is 'When it was started.';
comment on column reporting.payout_run_reconciliation.finished_at is
'When it had passed the last restaurant; null: not yet.';
comment on column reporting.payout_run_reconciliation.payouts_created is
'Payouts that it says it has created.';
comment on column reporting.payout_run_reconciliation.payouts_amount is
'What it says they come to.';
comment on column reporting.payout_run_reconciliation.restaurants_skipped is
'Restaurants that it says it has passed over.';
comment on column reporting.payout_run_reconciliation.payouts_found is 'Payouts that name it.';
comment on column reporting.payout_run_reconciliation.amount_found is 'What these come to.';
comment on column reporting.payout_run_reconciliation.skips_found is 'Skips that name it.';
comment on column reporting.payout_run_reconciliation.created_amount is
'Of amount_found what is still under way.';
comment on column reporting.payout_run_reconciliation.paid_amount is
'Of amount_found what was paid.';
comment on column reporting.payout_run_reconciliation.failed_amount is
'Of amount_found what failed or was sent back.';
comment on column reporting.payout_run_reconciliation.canceled_amount is
'Of amount_found what was canceled.';
comment on column reporting.payout_run_reconciliation.is_reconciled is
'Whether what it says is what was written.';
