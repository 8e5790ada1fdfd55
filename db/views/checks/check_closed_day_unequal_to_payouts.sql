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
left join (
    select
        x.restaurant_id,
        x.currency,
        max(x.as_of) as as_of
    from ledger.payouts as x
    group by x.restaurant_id, x.currency
) as p
    on b.restaurant_id = p.restaurant_id and b.currency = p.currency
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
