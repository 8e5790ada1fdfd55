create or replace view reporting.payout_entries
with (security_barrier) as
-- A day is closed by one payout, and nothing is ever added to a closed day.
select
    p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    t.payout_item as item_type,
    t.balance_effect * e.amount as amount,
    e.entry_seq,
    e.entry_type,
    v.provider,
    v.event_id,
    e.business_day,
    e.settlement_day,
    coalesce(v.occurred_at, e.recorded_at) as occurred_at,
    e.recorded_at
from ledger.payouts as p
left join lateral (
    select max(q.as_of) as as_of
    from ledger.payouts as q
    where
        q.restaurant_id = p.restaurant_id
        and q.currency = p.currency
        and q.as_of < p.as_of
) as b on true
-- Fenced, so that the index gives just these days, however many payouts are asked for.
cross join
    lateral (
        select y.*
        from ledger.ledger_entries as y
        where
            y.restaurant_id = p.restaurant_id
            and y.currency = p.currency
            and y.settlement_day > coalesce(b.as_of, '-infinity'::date)
            and y.settlement_day <= p.as_of
        order by y.settlement_day
        offset 0
    ) as e
inner join ledger.entry_types as t
    on e.entry_type = t.entry_type and t.payout_item is not null and t.balance_effect <> 0
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

union all

select
    p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    i.item_type,
    i.amount,
    null::bigint as entry_seq,
    null::text as entry_type,
    null::text as provider,
    null::text as event_id,
    null::date as business_day,
    null::date as settlement_day,
    p.created_at as occurred_at,
    p.created_at as recorded_at
from ledger.payouts as p
inner join ledger.payout_items as i
    on
        p.restaurant_id = i.restaurant_id
        and p.payout_id = i.payout_id
        and i.item_type in ('carried_in', 'carried_out');

comment on view reporting.payout_entries is
'The entries that each payout pays, with what it has from earlier payouts (carried_in) and leaves '
'to later ones (carried_out): the amounts of a payout_id add up to the payout. '
'api.list_payout_entries gives it page by page.';
comment on column reporting.payout_entries.payout_id is 'The payout.';
comment on column reporting.payout_entries.restaurant_id is 'Who is paid.';
comment on column reporting.payout_entries.currency is 'The currency.';
comment on column reporting.payout_entries.as_of is 'The last settlement day that the payout pays.';
comment on column reporting.payout_entries.item_type is
'The item of the payout that it is in; see reporting.payout_items.';
comment on column reporting.payout_entries.amount is
'What it adds to the payout, in minor units of the currency; negative where it lessens it.';
comment on column reporting.payout_entries.entry_seq is
'Number of the entry within restaurant and currency; null: carried_in or carried_out.';
comment on column reporting.payout_entries.entry_type is 'What was moved: CHARGE, FEE and so on.';
comment on column reporting.payout_entries.provider is 'The processor whose event caused it.';
comment on column reporting.payout_entries.event_id is 'The event that caused it.';
comment on column reporting.payout_entries.business_day is
'The restaurant''s local day on which it happened, less its closing hour.';
comment on column reporting.payout_entries.settlement_day is
'The day on which it settled, which the payout closed.';
comment on column reporting.payout_entries.occurred_at is
'When its event happened; of what was carried, when the payout was created.';
comment on column reporting.payout_entries.recorded_at is 'When it was written here.';
