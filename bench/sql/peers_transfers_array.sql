-- <items> charges with their fees through the peer in one call.
select count(*)
from pgledger_create_transfers(
    (
        select array_agg(m.transfer)
        from (
            select
                1 + floor(random() * :restaurants)::integer as restaurant_no,
                1000 + floor(random() * 89000)::integer as amount
            from generate_series(1, :items)
        ) as e
        inner join bench.peer_accounts as a
            on a.is_shared = 1 and e.restaurant_no = a.restaurant_no
        cross join lateral (
            values
            ((a.clearing_id, a.restaurant_id, e.amount::numeric)::transfer_request),
            ((a.restaurant_id, a.fees_id, 95::numeric)::transfer_request)
        ) as m (transfer)
    ),
    '2025-01-15T18:30:00Z'::timestamptz,
    '{"source": "array"}'::jsonb
) as t;
