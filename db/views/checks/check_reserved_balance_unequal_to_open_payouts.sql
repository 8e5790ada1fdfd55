create or replace view reporting.check_reserved_balance_unequal_to_open_payouts
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format(
        'reserved is %s, payouts under way are %s', b.reserved, coalesce(p.amount, 0)
    ) as finding
from ledger.account_balances as b
left join (
    select
        x.restaurant_id,
        x.currency,
        sum(x.amount) as amount
    from ledger.payouts as x
    where x.status = 'CREATED'
    group by x.restaurant_id, x.currency
) as p
    on b.restaurant_id = p.restaurant_id and b.currency = p.currency
where b.reserved <> coalesce(p.amount, 0);

comment on view reporting.check_reserved_balance_unequal_to_open_payouts is
'error: Reserved money is not the sum of the payouts under way. Reason: What is reserved '
'belongs to payouts that are CREATED, and to nothing else. More: money is stuck. Less: a '
'payout may be paid without cover. Remedy: Look for findings of payout_without_reserve and '
'payout_status_differs_from_entries of the same restaurant first: they name the payout.';
comment on column reporting.check_reserved_balance_unequal_to_open_payouts.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_reserved_balance_unequal_to_open_payouts.currency is
'The currency.';
comment on column reporting.check_reserved_balance_unequal_to_open_payouts.reference is
'What to look up.';
comment on column reporting.check_reserved_balance_unequal_to_open_payouts.finding is
'What was found, in words and figures.';
