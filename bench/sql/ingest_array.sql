-- <items> new charges with their fees in one call, made on the way as the peer's transfers are.
\set first random(1, 1000000000000)
select count(*)
from api.ingest_events((
    select jsonb_agg(jsonb_build_object(
        'event_id', 'arr_' || :first::text || '_' || i.item_no,
        'event_type', 'charge_succeeded',
        'occurred_at', '2025-01-15T18:30:00Z',
        'restaurant_id', 'res_' || (1 + floor(random() * :restaurants)::integer),
        'currency', 'PEN',
        'amount', 1000 + floor(random() * 89000)::integer,
        'fee', 95,
        'metadata', '{"source": "array"}'::jsonb
    ))
    from generate_series(1, :items) as i (item_no)
)) as r;
