create or replace view reporting.check_clearing_unequal_to_owed
with (security_barrier) as
select
    null::text as restaurant_id,
    coalesce(e.currency, b.currency) as currency,
    'processor_clearing'::text as reference,
    format(
        'the processor holds %s; restaurants own %s, fees and the like are %s%s',
        coalesce(e.clearing, 0),
        coalesce(b.owed, 0),
        coalesce(e.others, 0),
        case when not ledger.audits_everything() then ', since the last audited seal' end
    ) as finding
from (
    select
        m.currency,
        sum(
            m.amount * case 'processor_clearing'
                when t.debit_account then 1 when t.credit_account then -1 else 0
            end
        ) as clearing,
        sum(
            m.amount * (
                case when c.is_of_restaurant or c.account = 'processor_clearing' then 0 else 1 end
                - case when d.is_of_restaurant or d.account = 'processor_clearing' then 0 else 1 end
            )
        ) as others
    from (
        select
            x.currency,
            x.entry_type,
            sum(x.amount) as amount
        from ledger.audited_entries as x
        group by x.currency, x.entry_type
    ) as m
    inner join ledger.entry_types as t on m.entry_type = t.entry_type
    inner join ledger.accounts as c on t.credit_account = c.account
    inner join ledger.accounts as d on t.debit_account = d.account
    group by m.currency
) as e
full join (
    select
        x.currency,
        sum(
            x.balance::numeric + x.reserved + x.held
            - a.balance_before - a.reserved_before - a.held_before
        ) as owed
    from ledger.account_balances as x
    inner join ledger.audited_accounts as a
        on x.restaurant_id = a.restaurant_id and x.currency = a.currency
    group by x.currency
) as b
    on e.currency = b.currency
where coalesce(e.clearing, 0) <> coalesce(b.owed, 0) + coalesce(e.others, 0);

comment on view reporting.check_clearing_unequal_to_owed is
'error: What the processor holds is not what restaurants own plus fees. Reason: Every entry '
'moves money between two accounts, so in each currency clearing equals the stored balances of '
'all restaurants plus the platform''s accounts. This compares the book with the balance rows '
'as a whole. Remedy: balance_unequal_to_entries names the restaurant. If it finds nothing, '
'compare reporting.trial_balance with the processor''s own report.';
comment on column reporting.check_clearing_unequal_to_owed.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_clearing_unequal_to_owed.currency is
'The currency.';
comment on column reporting.check_clearing_unequal_to_owed.reference is
'What to look up.';
comment on column reporting.check_clearing_unequal_to_owed.finding is
'What was found, in words and figures.';
