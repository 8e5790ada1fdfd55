create or replace view reporting.check_payout_run_left_out
with (security_barrier) as
select
    null::text as restaurant_id,
    r.currency,
    r.run_id as reference,
    format(
        'has told of %s restaurants; %s had entries when it began',
        r.payouts_created + r.restaurants_skipped, r.accounts
    ) as finding
from (
    select
        x.*,
        count(*) filter (where x.run_id is null) over (
            partition by x.currency order by x.at_moment, x.run_id nulls last
        ) as accounts
    from (
        select
            y.run_id,
            y.currency,
            y.started_at as at_moment,
            y.payouts_created,
            y.restaurants_skipped,
            y.finished_at is not null and y.restaurant_ids is null as is_whole
        from ledger.payout_runs as y
        union all
        select
            null::text as run_id,
            e.currency,
            e.recorded_at as at_moment,
            0 as payouts_created,
            0 as restaurants_skipped,
            false as is_whole
        from ledger.account_balances as a
        inner join ledger.ledger_entries as e
            on a.restaurant_id = e.restaurant_id and a.currency = e.currency
        where e.entry_seq = 1
    ) as x
) as r
where r.is_whole and r.accounts > r.payouts_created + r.restaurants_skipped;

comment on view reporting.check_payout_run_left_out is
'warning: A payout run has not looked at every restaurant. Reason: A finished run of all '
'restaurants has paid or passed over each one that had an account in its currency, so at least as '
'many as had an entry when it began. Remedy: If the server''s clock was set back since the run '
'began, nothing. Else compare the run''s payouts and skips with a backup. The restaurants '
'themselves are paid by the next run.';
comment on column reporting.check_payout_run_left_out.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_run_left_out.currency is
'The currency.';
comment on column reporting.check_payout_run_left_out.reference is
'What to look up.';
comment on column reporting.check_payout_run_left_out.finding is
'What was found, in words and figures.';
