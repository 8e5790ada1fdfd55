/*
 * What is put right in a half of a cell before it is opened: what a row filter cannot tell. In the
 * transaction of db/proxy/move.py, as a superuser whom no trigger stops. ledger.cell says which
 * half it is.
 */

-- Keys of restaurants that live elsewhere, and webhooks that a proxy keeps elsewhere.
delete from access.api_keys as k
using ledger.cell as c
where k.bound_to is not null and ledger.hash_restaurant(k.bound_to) & (c.cells - 1) <> c.number;

delete from inbound.kept_webhooks as w
using ledger.cell as c
where ledger.hash_restaurant(md5(w.body)) & (c.cells - 1) <> c.number;

-- A run has the restaurants, payouts and skips of its own cell, and is only where it has some.
update ledger.payout_runs as r
set
    restaurant_ids = array(
        select u.restaurant_id
        from unnest(r.restaurant_ids) with ordinality as u (restaurant_id, place)
        cross join ledger.cell as c
        where ledger.hash_restaurant(u.restaurant_id) & (c.cells - 1) = c.number
        order by u.place
    )
where r.restaurant_ids is not null;

delete from ledger.payout_runs as r
where r.restaurant_ids = '{}';

update ledger.payout_runs as r
set
    payouts_created = s.payouts,
    payouts_amount = s.amount,
    restaurants_skipped = s.skips,
    skipped = s.skipped
from (
    select
        q.run_id,
        coalesce(max(p.payouts), 0) as payouts,
        coalesce(max(p.amount), 0) as amount,
        coalesce(sum(k.skips), 0) as skips,
        coalesce(jsonb_object_agg(k.reason, k.skips) filter (where k.reason is not null), '{}')
            as skipped
    from ledger.payout_runs as q
    left join (
        select
            x.run_id,
            count(*) as payouts,
            sum(x.amount) as amount
        from ledger.payouts as x
        group by x.run_id
    ) as p on q.run_id = p.run_id
    left join (
        select
            x.run_id,
            x.reason,
            count(*) as skips
        from ledger.payout_skips as x
        group by x.run_id, x.reason
    ) as k on q.run_id = k.run_id
    group by q.run_id
) as s
where r.run_id = s.run_id;
