-- A charge with its fee through the peer: two transfers in one call.
\set restaurant random(1, :restaurants)
\set amount random(1000, 90000)
\set id random(1, 1000000000)
select t.id
from bench.peer_accounts as a
cross join lateral pgledger_create_transfers(
    array[
        (a.clearing_id, a.restaurant_id, :amount::numeric)::transfer_request,
        (a.restaurant_id, a.fees_id, 95::numeric)::transfer_request
    ],
    '2025-01-15T18:30:00Z'::timestamptz,
    jsonb_build_object('event_id', 'evt_' || :id::text)
) as t
where a.is_shared = :is_shared
    and a.restaurant_no = :restaurant;
