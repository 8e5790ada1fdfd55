-- Q2: which ten restaurants had the highest net revenue in the last 7 days, and what is left of a
-- sale?
--
--   psql "$DATABASE_URL" -f sql/q2_top_restaurants.sql
--   psql "$DATABASE_URL" -v as_of=2025-12-31 -v currency=PEN -f sql/q2_top_restaurants.sql
--
-- as_of     the 7 business days before this one count, itself not; today by default
-- currency  only this one; by default each currency has its own ten
-- top       how many; 10 by default
-- Net revenue is charges less fees and refunds, in minor units. net_margin is its percentage of
-- the charges, net_share that of the net revenue of all restaurants in the currency. best_day is
-- the day with the highest net revenue. Restaurants with equal revenue share a rank.

\if :{?as_of} \else \set as_of today \endif
\if :{?currency} \else \set currency '' \endif
\if :{?top} \else \set top 10 \endif

with revenue as (
    select
        s.currency,
        s.restaurant_id,
        sum(s.gross) as gross,
        sum(s.fees) as fees,
        sum(s.refunds) as refunds,
        sum(s.net) as net,
        sum(s.charge_count) as charges,
        (array_agg(s.business_day order by s.net desc, s.business_day asc))[1] as best_day
    from reporting.restaurant_balances as b
    -- Nothing settles before its business day, so the accounts' index over it finds these days.
    inner join lateral (
        select d.*
        from reporting.daily_sales as d
        where
            d.restaurant_id = b.restaurant_id
            and d.currency = b.currency
            and d.business_day >= :'as_of'::date - 7
            and d.business_day < :'as_of'::date
    ) as s on true
    where :'currency' in ('', b.currency)
    group by s.currency, s.restaurant_id
),

ranked as (
    select
        r.*,
        rank() over (partition by r.currency order by r.net desc) as position,
        sum(r.net) over (partition by r.currency) as all_net,
        sum(r.net) over (
            partition by r.currency order by r.net desc, r.restaurant_id asc
        ) as running_net
    from revenue as r
)

select
    k.currency,
    k.position as rank,
    k.restaurant_id,
    k.net,
    k.gross,
    k.fees,
    k.refunds,
    k.charges,
    round(100.0 * k.net / nullif(k.gross, 0), 2) as net_margin,
    round(100.0 * k.net / nullif(k.all_net, 0), 2) as net_share,
    round(100.0 * k.running_net / nullif(k.all_net, 0), 2) as running_share,
    k.best_day
from ranked as k
where k.position <= :top
order by k.currency asc, k.position asc, k.restaurant_id asc;
