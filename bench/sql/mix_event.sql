-- Few restaurants, few ids: events meet duplicates and conflicts of other clients. An id is always
-- of one restaurant and currency: senders do not contradict each other about where money belongs.
\set id random(1, 20000)
\set more random(0, 1)
select r.status
from api.ingest_event(jsonb_build_object(
    'event_id', 'mix_' || :id::text, 'event_type', 'charge_succeeded',
    'occurred_at', '2025-01-15T18:30:00Z', 'restaurant_id', 'mix_' || (1 + :id::integer % 8),
    'currency', case when :id::integer % 7 = 0 then 'USD' else 'PEN' end,
    'amount', 1000 + :id::integer % 500 + :more::integer, 'fee', 10
)) as r;
