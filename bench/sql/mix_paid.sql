-- Reports a payout under way as paid or failed, as the bank would.
\set failed random(0, 1)
with payout as (
    select p.*
    from api.list_payouts(null, null, 'CREATED', 20) as p
    order by random()
    limit 1
)

select r.status
from payout as p
cross join lateral api.ingest_event(jsonb_build_object(
    'event_id', 'end_' || p.payout_id,
    'event_type', case when :failed::integer = 1 then 'payout_failed' else 'payout_paid' end,
    'occurred_at', '2025-02-01T10:00:00Z', 'restaurant_id', p.restaurant_id,
    'currency', p.currency, 'amount', p.amount, 'payout_id', p.payout_id
)) as r;
