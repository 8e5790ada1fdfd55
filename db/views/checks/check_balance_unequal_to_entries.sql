create or replace view reporting.check_balance_unequal_to_entries
with (security_barrier) as
select
    coalesce(b.restaurant_id, e.restaurant_id) as restaurant_id,
    coalesce(b.currency, e.currency) as currency,
    'balance'::text as reference,
    format(
        'stored balance %s, reserved %s, held %s; the entries give %s, %s, %s',
        coalesce(b.balance::text, 'missing'),
        coalesce(b.reserved::text, 'missing'),
        coalesce(b.held::text, 'missing'),
        coalesce(b.balance_before, 0) + coalesce(e.balance, 0),
        coalesce(b.reserved_before, 0) + coalesce(e.reserved, 0),
        coalesce(b.held_before, 0) + coalesce(e.held, 0)
    ) as finding
from (
    select
        a.restaurant_id,
        a.currency,
        a.balance_before,
        a.reserved_before,
        a.held_before,
        x.balance,
        x.reserved,
        x.held
    from ledger.audited_accounts as a
    inner join ledger.account_balances as x
        on a.restaurant_id = x.restaurant_id and a.currency = x.currency
) as b
full join (
    select
        x.restaurant_id,
        x.currency,
        sum(x.amount::numeric * t.balance_effect) as balance,
        sum(x.amount::numeric * t.reserved_effect) as reserved,
        sum(x.amount::numeric * t.held_effect) as held
    from ledger.audited_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    group by x.restaurant_id, x.currency
) as e
    on b.restaurant_id = e.restaurant_id and b.currency = e.currency
where
    b.balance is distinct from coalesce(b.balance_before, 0) + coalesce(e.balance, 0)
    or b.reserved is distinct from coalesce(b.reserved_before, 0) + coalesce(e.reserved, 0)
    or b.held is distinct from coalesce(b.held_before, 0) + coalesce(e.held, 0);

comment on view reporting.check_balance_unequal_to_entries is
'error: A stored balance is not the sum of its entries. Reason: Balance rows are moved by the '
'insertion of entries and by nothing else, so that reading them is as good as summing up. '
'Remedy: Pause payouts of the restaurant. running_balance_broken and entry_seq_gap tell '
'whether an entry or the balance row was changed; the entries are the truth.';
comment on column reporting.check_balance_unequal_to_entries.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_balance_unequal_to_entries.currency is
'The currency.';
comment on column reporting.check_balance_unequal_to_entries.reference is
'What to look up.';
comment on column reporting.check_balance_unequal_to_entries.finding is
'What was found, in words and figures.';
