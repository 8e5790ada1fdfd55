create or replace view reporting.trial_balance
with (security_barrier) as
select
    l.currency,
    l.account,
    a.account_class,
    a.normal_side,
    case when a.is_of_restaurant then 'restaurants' else 'platform' end as owner,
    sum(l.debit) as debit,
    sum(l.credit) as credit,
    sum(
        case a.normal_side when 'debit' then l.debit - l.credit else l.credit - l.debit end
    ) as balance
from (
    -- summed by entry type first: two short rows a type instead of two long ones an entry
    select
        m.currency,
        t.debit_account as account,
        m.amount as debit,
        0 as credit
    from (
        select
            e.currency,
            e.entry_type,
            sum(e.amount) as amount
        from ledger.ledger_entries as e
        group by e.currency, e.entry_type
    ) as m
    inner join ledger.entry_types as t on m.entry_type = t.entry_type
    union all
    select
        m.currency,
        t.credit_account as account,
        0 as debit,
        m.amount as credit
    from (
        select
            e.currency,
            e.entry_type,
            sum(e.amount) as amount
        from ledger.ledger_entries as e
        group by e.currency, e.entry_type
    ) as m
    inner join ledger.entry_types as t on m.entry_type = t.entry_type
) as l
inner join ledger.accounts as a on l.account = a.account
group by l.currency, l.account, a.account_class, a.normal_side, a.is_of_restaurant;

comment on view reporting.trial_balance is
'Turnover and balance of every account of the chart per currency: the platform''s own and, summed, '
'the restaurants''. In each currency the debits equal the credits.';
comment on column reporting.trial_balance.normal_side is 'The side on which the account grows.';
comment on column reporting.trial_balance.owner is
'restaurants: the sum over all of them; platform: an account of its own.';
comment on column reporting.trial_balance.debit is 'Sum of the debit legs, in minor units.';
comment on column reporting.trial_balance.credit is 'Sum of the credit legs, in minor units.';
comment on column reporting.trial_balance.balance is
'In minor units, positive on the account''s normal side.';
comment on column reporting.trial_balance.currency is 'The currency.';
comment on column reporting.trial_balance.account is 'The account of the chart.';
comment on column reporting.trial_balance.account_class is 'asset, liability, revenue or expense.';
