-- Few restaurants, few ids: events meet duplicates and conflicts of other clients.
\set id random(1, 20000)
\set restaurant random(1, 8)
select r.status
from api.ingest_event(jsonb_build_object(
    'event_id', 'mix_' || :id::text, 'event_type', 'charge_succeeded',
    'occurred_at', '2025-01-15T18:30:00Z', 'restaurant_id', 'mix_' || :restaurant::text,
    'currency', case when :id::integer % 7 = 0 then 'USD' else 'PEN' end,
    'amount', 1000 + :id::integer % 500, 'fee', 10
)) as r;
