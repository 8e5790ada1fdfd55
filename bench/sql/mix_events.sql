-- Arrays in any order over the same restaurants and ids; some restaurants are new.
\set seed random(1, 1000000)
select count(*)
from api.ingest_events((
    select jsonb_agg(jsonb_build_object(
        'event_id', 'mix_' || (1 + floor(random() * 20000)::integer),
        'event_type', case when random() < 0.2 then 'refund_succeeded' else 'charge_succeeded' end,
        'occurred_at', '2025-01-15T18:30:00Z',
        'restaurant_id',
        case
            when random() < 0.1 then 'new_' || :seed::text
            else 'mix_' || (1 + floor(random() * 8)::integer)
        end,
        'currency', case when random() < 0.1 then 'USD' else 'PEN' end,
        'amount', 1 + floor(random() * 5000)::integer
    ) order by random())
    from generate_series(1, 40)
)) as r;
