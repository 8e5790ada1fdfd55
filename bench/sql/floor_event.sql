-- The rows that ingest_event.sql makes the service write, in one statement.
\set id random(:first_id, :last_id)
\set restaurant 1 + :id % :restaurants
\set amount 1000 + :id % 89000
\set second 10 + :id % 50
with event as (
    insert into floor.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id, currency,
        provider, event_id, event_type, payload
    )
    values (
        :amount::bigint, 95, 1, '2025-01-15T18:30:00Z', clock_timestamp(), 2,
        'res_' || :restaurant::text, 'PEN', 'default', 'evt_' || :id::text, 'charge_succeeded',
        (
            '{"event_id": "evt_' || :id::text || '", "event_type": "charge_succeeded", "occurred_at": '
            '"2025-01-15T18:30:' || :second::text || 'Z", "restaurant_id": "res_' || :restaurant::text
            || '", "currency": "PEN", "amount": ' || :amount::text || ', "fee": 95, "metadata": '
            '{"reservation_id": "rsv_987", "payment_id": "pay_' || :id::text || '"}}'
        )::jsonb
    )
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
