create or replace view reporting.check_payout_status_differs_from_entries
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'status is %s, but the entries leave %s reserved and %s taken from the restaurant, of %s',
        p.status,
        e.reserved,
        e.taken,
        p.amount
    ) as finding
from ledger.audited_payouts as p
cross join
    lateral (
        select
            sum(x.amount::numeric * t.reserved_effect) as reserved,
            sum(-x.amount::numeric * t.balance_effect) as taken,
            max(x.amount) filter (where x.entry_type = 'PAYOUT_RESERVE') as first_reserved
        from ledger.ledger_entries as x
        inner join ledger.entry_types as t on x.entry_type = t.entry_type
        where
            x.restaurant_id = p.restaurant_id
            and x.payout_id = p.payout_id
            and t.payout_item is distinct from 'payout_fees'
    ) as e
where
    e.reserved <> case p.status when 'CREATED' then e.first_reserved else 0 end
    or e.taken <> case when p.status in ('CREATED', 'PAID') then e.first_reserved else 0 end;

comment on view reporting.check_payout_status_differs_from_entries is
'error: A payout''s status is not what its entries say. Reason: CREATED leaves the amount '
'reserved; PAID leaves it with the restaurant''s bank; FAILED and CANCELED give all of it '
'back. The status and the entry that goes with it are written in one transaction. Remedy: Look '
'at the statement of the restaurant (sql/statement.sql) and at the events that name the '
'payout; trust the entries.';
comment on column reporting.check_payout_status_differs_from_entries.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_status_differs_from_entries.currency is
'The currency.';
comment on column reporting.check_payout_status_differs_from_entries.reference is
'What to look up.';
comment on column reporting.check_payout_status_differs_from_entries.finding is
'What was found, in words and figures.';
