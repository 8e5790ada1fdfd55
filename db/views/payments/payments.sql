create or replace view reporting.payments
with (security_barrier) as
select
    e.subject_id as payment_id,
    e.restaurant_id,
    e.provider,
    e.currency,
    case
        when f.reversed > 0 then 'REVERSED'
        when f.held > 0 then 'DISPUTED'
        when f.disputed > 0 then 'LOST'
        when f.refunded >= e.amount then 'REFUNDED'
        when f.refunded > 0 then 'PARTLY_REFUNDED'
        else 'CHARGED'
    end as state,
    e.amount as charged,
    coalesce(f.refunded, 0) as refunded,
    coalesce(f.disputed, 0) as disputed,
    coalesce(f.reversed, 0) as reversed,
    greatest(e.amount + coalesce(f.effect, 0), 0) as refundable,
    coalesce(f.held, 0) as held,
    e.fee + coalesce(f.fee, 0) as fee,
    e.payload -> 'metadata' ->> 'reservation_id' as reservation_id,
    e.event_id,
    e.event_no,
    e.occurred_at,
    e.received_at,
    n.recorded_at,
    n.business_day,
    n.available_on,
    n.settlement_day,
    p.payout_id
from ledger.processor_events as e
left join lateral (
    -- What follows the charge moves the rest of it: the chart says what its entries do.
    select
        sum(t.payment_effect * l.amount::numeric) as effect,
        sum(t.held_effect * l.amount::numeric) as held,
        sum(-t.payment_effect * l.amount::numeric)
        filter (where t.payout_item in ('refunds', 'refunds_failed')) as refunded,
        sum(-t.payment_effect * l.amount::numeric)
        filter (where t.payout_item in ('disputes', 'disputes_won')) as disputed,
        sum(-t.payment_effect * l.amount::numeric)
        filter (where t.payout_item = 'gross_sales') as reversed,
        sum(
            l.amount::numeric
            * case 'processor_fees'
                when t.credit_account then 1 when t.debit_account then -1 else 0
            end
        ) as fee
    from ledger.event_links as k
    inner join ledger.processor_events as v
        on k.restaurant_id = v.restaurant_id and k.event_no = v.event_no
    inner join ledger.ledger_entries as l
        on
            v.restaurant_id = l.restaurant_id
            and v.currency = l.currency
            and v.first_entry_seq <= l.entry_seq
            and v.first_entry_seq + v.entry_count > l.entry_seq
    inner join ledger.entry_types as t on l.entry_type = t.entry_type
    where k.restaurant_id = e.restaurant_id and k.payment_event_no = e.event_no
) as f on true
left join ledger.ledger_entries as n
    on
        e.restaurant_id = n.restaurant_id
        and e.currency = n.currency
        and e.first_entry_seq = n.entry_seq
left join lateral (
    select x.payout_id
    from ledger.payouts as x
    where
        x.restaurant_id = e.restaurant_id
        and x.currency = e.currency
        and x.as_of >= n.settlement_day
    order by x.as_of
    limit 1
) as p on true
where e.event_type = 'charge_succeeded' and e.subject_id is not null;

comment on view reporting.payments is
'Payments: charges that name a payment_id, with what became of them. What is charged is refunded, '
'disputed, reversed or refundable. Amounts are in minor units of the currency.';
comment on column reporting.payments.payment_id is
'The processor''s id of it; once per restaurant and provider.';
comment on column reporting.payments.restaurant_id is 'The restaurant.';
comment on column reporting.payments.provider is 'The processor.';
comment on column reporting.payments.currency is 'The currency.';
comment on column reporting.payments.state is
'REVERSED: the charge was taken back as a mistake; DISPUTED: a dispute is open; LOST: one was '
'lost; REFUNDED, PARTLY_REFUNDED; else CHARGED.';
comment on column reporting.payments.charged is 'What the guest paid.';
comment on column reporting.payments.refunded is 'What was refunded and did not come back.';
comment on column reporting.payments.disputed is 'In disputes that are open or were lost.';
comment on column reporting.payments.reversed is 'What was taken back as a mistake.';
comment on column reporting.payments.refundable is
'What can still be refunded or disputed; 0 also where a person let more be taken.';
comment on column reporting.payments.held is 'Held back now for its open disputes.';
comment on column reporting.payments.fee is
'What the processor takes for it: its fees and those of its disputes, less what was given back.';
comment on column reporting.payments.reservation_id is 'As in the metadata of its charge.';
comment on column reporting.payments.event_id is 'The event that first told of it.';
comment on column reporting.payments.event_no is
'Internal number of that event: later ones have greater ones.';
comment on column reporting.payments.occurred_at is 'When the guest paid.';
comment on column reporting.payments.received_at is 'When that was first received here.';
comment on column reporting.payments.recorded_at is 'When it was written here.';
comment on column reporting.payments.business_day is
'The restaurant''s local day on which the guest paid, less its closing hour.';
comment on column reporting.payments.available_on is
'From this day its money counts as available, less what was refunded.';
comment on column reporting.payments.settlement_day is
'The day on which it settles: the payout that closes it pays it.';
comment on column reporting.payments.payout_id is
'The payout that closed its day, whatever became of that payout; null: none has yet.';
