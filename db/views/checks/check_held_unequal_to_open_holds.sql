create or replace view reporting.check_held_unequal_to_open_holds
with (security_barrier) as
-- An account where nothing is held and nothing was moved there or back has nothing to be compared.
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('held is %s, open disputes and holds are %s', b.held, h.held) as finding
from ledger.account_balances as b
inner join ledger.audited_accounts as a
    on b.restaurant_id = a.restaurant_id and b.currency = a.currency
left join (
    select distinct
        x.restaurant_id,
        x.currency
    from ledger.audited_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    where t.held_effect <> 0
) as m
    on b.restaurant_id = m.restaurant_id and b.currency = m.currency
cross join
    lateral (
        select coalesce(sum(x.held), 0) as held
        from (
            select d.held::numeric as held
            from reporting.disputes as d
            where d.restaurant_id = b.restaurant_id and d.currency = b.currency
            union all
            select o.remaining
            from reporting.holds as o
            where o.restaurant_id = b.restaurant_id and o.currency = b.currency
        ) as x
    ) as h
where
    (
        b.held <> 0 or a.held_before <> 0 or m.restaurant_id is not null
        or ledger.audits_everything()
    )
    and b.held <> h.held;

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
