create or replace view reporting.check_held_unequal_to_open_holds
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('held is %s, open disputes and holds are %s', b.held, coalesce(h.held, 0)) as finding
from ledger.account_balances as b
left join (
    select
        x.restaurant_id,
        x.currency,
        sum(x.held) as held
    from (
        select
            d.restaurant_id,
            d.currency,
            d.held::numeric as held
        from reporting.disputes as d
        union all
        select
            o.restaurant_id,
            o.currency,
            o.remaining
        from reporting.holds as o
    ) as x
    group by x.restaurant_id, x.currency
) as h
    on b.restaurant_id = h.restaurant_id and b.currency = h.currency
where b.held <> coalesce(h.held, 0);

comment on view reporting.check_held_unequal_to_open_holds is
'error: The held balance is not the sum of what is held back. Reason: Money is held back for '
'disputes that are open and by people, and each of it is one of reporting.disputes or '
'reporting.holds. Else nobody can say for what it is held, or release it. Remedy: Compare the '
'two with the entries that move held money; running_balance_broken tells whether an entry or the '
'account was changed.';
comment on column reporting.check_held_unequal_to_open_holds.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_held_unequal_to_open_holds.currency is
'The currency.';
comment on column reporting.check_held_unequal_to_open_holds.reference is
'What to look up.';
comment on column reporting.check_held_unequal_to_open_holds.finding is
'What was found, in words and figures.';
