create or replace view reporting.ledger_entries
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    t.balance_effect * e.amount as balance_change,
    e.balance_after,
    e.reserved_after,
    coalesce(e.held_after, 0) as held_after,
    v.provider,
    v.event_id,
    e.payout_id,
    e.business_day,
    e.available_on,
    e.settlement_day,
    coalesce(v.occurred_at, p.created_at, e.recorded_at) as occurred_at,
    e.recorded_at
from ledger.ledger_entries as e
left join ledger.entry_types as t on e.entry_type = t.entry_type
-- Looked up row by row, each in its index, however many rows the planner thinks there are.
left join lateral (
    select
        x.provider,
        x.event_id,
        x.occurred_at
    from ledger.processor_events as x
    where x.restaurant_id = e.restaurant_id and x.event_no = e.event_no
    order by x.event_no
    limit 1
) as v on true
left join lateral (
    select y.created_at
    from ledger.payouts as y
    where y.restaurant_id = e.restaurant_id and y.payout_id = e.payout_id
    order by y.payout_id
    limit 1
) as p on true;

comment on view reporting.ledger_entries is
'Every ledger entry, with the balances after it: all that api.list_entries gives page by page.';
comment on column reporting.ledger_entries.restaurant_id is 'The restaurant.';
comment on column reporting.ledger_entries.currency is 'The currency.';
comment on column reporting.ledger_entries.entry_seq is
'Number of the entry within restaurant and currency, without gaps from 1.';
comment on column reporting.ledger_entries.entry_type is
'What was moved: CHARGE, FEE, REFUND, PAYOUT_RESERVE and so on.';
comment on column reporting.ledger_entries.amount is
'Minor units of the currency, always positive.';
comment on column reporting.ledger_entries.balance_change is
'What it does to the restaurant''s balance, available or not yet, with its sign.';
comment on column reporting.ledger_entries.balance_after is 'The balance after it.';
comment on column reporting.ledger_entries.reserved_after is
'The money reserved for payouts after it.';
comment on column reporting.ledger_entries.held_after is 'The money held back after it.';
comment on column reporting.ledger_entries.provider is 'The processor whose event caused it.';
comment on column reporting.ledger_entries.event_id is
'The event that caused it; null for the reserve of a payout.';
comment on column reporting.ledger_entries.payout_id is 'The payout that it is about, if any.';
comment on column reporting.ledger_entries.business_day is
'The restaurant''s local day on which it happened, less its closing hour.';
comment on column reporting.ledger_entries.available_on is
'From this day the money counts as available.';
comment on column reporting.ledger_entries.settlement_day is
'The day whose payout the entry belongs to.';
comment on column reporting.ledger_entries.occurred_at is
'When its event happened, or when its payout was created.';
comment on column reporting.ledger_entries.recorded_at is
'When it was written here; never before an earlier entry.';
