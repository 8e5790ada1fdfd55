-- Which payouts did a restaurant get, and what did each consist of?
--
--   psql "$DATABASE_URL" -f sql/payout_history.sql
--   psql "$DATABASE_URL" -v restaurant_id=res_001 -v currency=PEN -f sql/payout_history.sql
--
-- restaurant_id, currency, status  only these; all by default
-- limit                            how many, the newest first; 50 by default
-- items is a JSON object of signed amounts in minor units that add up to the amount.

\if :{?restaurant_id} \set _restaurant_id :restaurant_id \else \set _restaurant_id '' \endif
\if :{?currency} \set _currency :currency \else \set _currency '' \endif
\if :{?status} \set _status :status \else \set _status '' \endif
\if :{?limit} \set _limit :limit \else \set _limit 50 \endif

select
    p.as_of,
    p.restaurant_id,
    p.currency,
    p.amount,
    p.status,
    i.items,
    p.payout_id,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.failure_reason
from reporting.payouts as p
inner join lateral (
    select jsonb_object_agg(x.item_type, x.amount) as items
    from reporting.payout_items as x
    where x.restaurant_id = p.restaurant_id and x.payout_id = p.payout_id
) as i on true
where
    :'_restaurant_id' in ('', p.restaurant_id)
    and :'_currency' in ('', p.currency)
    and :'_status' in ('', p.status)
order by p.as_of desc, p.restaurant_id asc, p.currency asc
limit :_limit;
