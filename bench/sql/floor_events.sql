-- The rows of the next array of lane 0, by INSERT ... SELECT.
with source as materialized (
    select e.*
    from bench.events as e
    where e.lane = 0
        and e.array_no = (select nextval('bench.lane_floor'))
),

event as (
    insert into floor.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id, currency,
        provider, event_id, event_type, payload
    )
    select
        s.amount, 95, 1, s.occurred_at, clock_timestamp(), 2, s.restaurant_id, 'PEN', 'default',
        s.event_id, 'charge_succeeded',
        s.payload
    from source as s
    returning event_no, amount, fee, occurred_at, received_at, restaurant_id, currency
)

insert into floor.ledger_entries (
    entry_seq, amount, balance_after, reserved_after, event_no, occurred_at, recorded_at,
    business_day, available_on, settlement_day, restaurant_id, currency, entry_type
)
select
    e.event_no * 2 + k.entry_no, case k.entry_no when 0 then e.amount else e.fee end, 1000000, 0,
    e.event_no, e.occurred_at, e.received_at, '2025-01-15', '2025-01-15', '2025-01-15',
    e.restaurant_id, e.currency, k.entry_type
from event as e
cross join (values (0, 'CHARGE'), (1, 'FEE')) as k (entry_no, entry_type);
