-- The events that duplicates are drawn from: those of ingest_event.sql with these ids.
select count(*)
from api.ingest_events((
    select jsonb_agg(jsonb_build_object(
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
    ))
    from generate_series(%(first)s, %(last)s) as i (id)
)) as r;
