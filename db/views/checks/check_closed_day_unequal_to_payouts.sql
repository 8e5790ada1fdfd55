create or replace view reporting.check_closed_day_unequal_to_payouts
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format(
        'days are closed up to %s, the last payout was for %s',
        b.closed_through,
        coalesce(p.as_of::text, 'none')
    ) as finding
from ledger.account_balances as b
left join lateral (
    select x.as_of
    from ledger.payouts as x
    where x.restaurant_id = b.restaurant_id and x.currency = b.currency
    order by x.as_of desc
    limit 1
) as p on true
where b.closed_through <> coalesce(p.as_of, '-infinity'::date);

comment on view reporting.check_closed_day_unequal_to_payouts is
'error: The days closed are not those that payouts closed. Reason: closed_through is the as_of '
'of the account''s last payout. Too early: entries may fall into days already paid. Too late: '
'payouts are refused that should be made. Remedy: Pause payouts of the restaurant until '
'closed_through is right again.';
comment on column reporting.check_closed_day_unequal_to_payouts.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_closed_day_unequal_to_payouts.currency is
'The currency.';
comment on column reporting.check_closed_day_unequal_to_payouts.reference is
'What to look up.';
comment on column reporting.check_closed_day_unequal_to_payouts.finding is
'What was found, in words and figures.';
