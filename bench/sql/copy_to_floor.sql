-- The floor begins with the rows that known_events.sql makes: of the same number, size and place.
insert into floor.restaurants (restaurant_id, created_at)
select
    'res_' || r.restaurant_no,
    now()
from generate_series(1, %(restaurants)s) as r (restaurant_no);

insert into floor.account_balances (restaurant_id, currency)
select
    r.restaurant_id,
    'PEN'
from floor.restaurants as r;

with event as (
    insert into floor.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id, currency,
        provider, event_id, event_type, payload
    )
    select
        1000 + i.id %% 89000, 95, 1, '2025-01-15T18:30:00Z', clock_timestamp(), 2,
        'res_' || (1 + i.id %% %(restaurants)s), 'PEN', 'default', 'evt_' || i.id,
        'charge_succeeded',
        jsonb_build_object(
            'event_id', 'evt_' || i.id,
            'event_type', 'charge_succeeded',
            'occurred_at', '2025-01-15T18:30:' || (10 + i.id %% 50) || 'Z',
            'restaurant_id', 'res_' || (1 + i.id %% %(restaurants)s),
            'currency', 'PEN',
            'amount', 1000 + i.id %% 89000,
            'fee', 95,
            'metadata', jsonb_build_object(
                'reservation_id', 'rsv_987', 'payment_id', 'pay_' || i.id
            )
        )
    from generate_series(1, %(events)s) as i (id)
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

select setval(pg_get_serial_sequence('floor.processor_events', 'event_no'), 1000000000);
