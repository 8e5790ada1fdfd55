-- Arrays in any order over the same restaurants and ids as mix_event.sql; some restaurants are new.
\set seed random(1, 1000000)
select count(*)
from api.ingest_events((
    select jsonb_agg(jsonb_build_object(
        'event_id', case when d.is_new then 'new_' || :seed::text || '_' else 'mix_' end || d.id,
        'event_type', case when d.id % 5 = 0 then 'refund_succeeded' else 'charge_succeeded' end,
        'occurred_at', '2025-01-15T18:30:00Z',
        'restaurant_id',
        case when d.is_new then 'new_' || :seed::text else 'mix_' || (1 + d.id % 8) end,
        'currency', case when d.id % 7 = 0 then 'USD' else 'PEN' end,
        'amount', 1 + floor(random() * 5000)::integer
    ) order by random())
    from (
        select
            1 + floor(random() * 20000)::integer as id,
            random() < 0.1 as is_new
        from generate_series(1, 40)
    ) as d
)) as r;
