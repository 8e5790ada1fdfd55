-- One charge with its fee through the public function. All of it follows from the id, so that the
-- same id again is the same event.
\set id random(:first_id, :last_id)
\set restaurant 1 + :id % :restaurants
\set amount 1000 + :id % 89000
\set second 10 + :id % 50
select r.*
from api.ingest_event((
    '{"event_id": "evt_' || :id::text || '", "event_type": "charge_succeeded", "occurred_at": '
    '"2025-01-15T18:30:' || :second::text || 'Z", "restaurant_id": "res_' || :restaurant::text
    || '", "currency": "PEN", "amount": ' || :amount::text || ', "fee": 95, "metadata": '
    '{"reservation_id": "rsv_987", "payment_id": "pay_' || :id::text || '"}}'
)::jsonb) as r;
