-- An array of new events, over restaurants res_1 .. res_<restaurants>; answers how many are posted.
select count(*) filter (where r.status = 'processed')
from api.ingest_events((
    select jsonb_agg(jsonb_build_object(
        'event_id', '%(prefix)s_' || i.id,
        'event_type', 'charge_succeeded',
        'occurred_at', '2025-01-15T18:30:' || (10 + i.id %% 50) || 'Z',
        'restaurant_id', 'res_' || (1 + i.id %% %(restaurants)s),
        'currency', 'PEN',
        'amount', 1000 + i.id %% 89000,
        'fee', 95,
        'metadata', jsonb_build_object(
            'reservation_id', 'rsv_' || i.id, 'payment_id', '%(prefix)s_' || i.id
        )
    ))
    from generate_series(%(first)s, %(last)s) as i (id)
)) as r;
