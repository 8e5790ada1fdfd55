create or replace view reporting.disputes
with (security_barrier) as
select
    e.subject_id as dispute_id,
    e.restaurant_id,
    e.provider,
    e.currency,
    coalesce(d.reported_state, t.reported_state) as state,
    e.amount,
    e.fee,
    case when d.event_no is null then e.amount else 0 end as held,
    c.subject_id as payment_id,
    e.event_id,
    e.event_no,
    e.occurred_at as opened_at,
    d.occurred_at as decided_at,
    e.received_at
from ledger.holdings as h
inner join ledger.processor_events as e
    on h.restaurant_id = e.restaurant_id and h.event_no = e.event_no
inner join ledger.event_types as t on e.event_type = t.event_type
left join ledger.event_links as k
    on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
left join ledger.processor_events as c
    on k.restaurant_id = c.restaurant_id and k.payment_event_no = c.event_no
left join lateral (
    select
        v.event_no,
        v.occurred_at,
        u.reported_state
    from ledger.event_links as a
    inner join ledger.processor_events as v
        on a.restaurant_id = v.restaurant_id and a.event_no = v.event_no
    inner join ledger.event_types as u on v.event_type = u.event_type
    where
        a.restaurant_id = h.restaurant_id
        and a.about_event_no = h.event_no
        and u.reported_state is not null
    order by v.occurred_at desc, u.state_rank desc
    limit 1
) as d on true
where h.event_type = 'dispute_opened';

comment on view reporting.disputes is
'Payments that guests dispute, and what became of the disputes. Amounts are in minor units of the '
'currency.';
comment on column reporting.disputes.dispute_id is
'The processor''s id of it; once per restaurant and provider.';
comment on column reporting.disputes.restaurant_id is 'The restaurant.';
comment on column reporting.disputes.provider is 'The processor.';
comment on column reporting.disputes.currency is 'The currency.';
comment on column reporting.disputes.state is
'OPEN: its amount is held back; LOST: it is gone; WON: it is available again.';
comment on column reporting.disputes.amount is 'What the guest disputes.';
comment on column reporting.disputes.fee is 'What the processor takes for it.';
comment on column reporting.disputes.held is 'What is held back for it now.';
comment on column reporting.disputes.payment_id is
'The payment that is disputed; null: the processor has not said.';
comment on column reporting.disputes.event_id is 'The event that first told of it.';
comment on column reporting.disputes.event_no is
'Internal number of that event: later ones have greater ones.';
comment on column reporting.disputes.opened_at is 'When it was opened.';
comment on column reporting.disputes.decided_at is
'When it was won or lost, the last time; null: it is open.';
comment on column reporting.disputes.received_at is 'When it was first received here.';
