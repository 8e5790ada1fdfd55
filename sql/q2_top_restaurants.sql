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
-- the charges, net_share that of the net revenue of all restaurants in the currency (above 100
-- where others are negative), running_share what it and those above it have together. best_day is
-- the day with the highest net revenue. Restaurants with equal revenue share a rank.

\if :{?as_of} \set _as_of :as_of \else \set _as_of today \endif
\if :{?currency} \set _currency :currency \else \set _currency '' \endif
\if :{?top} \set _top :top \else \set _top 10 \endif

with sales as (
    select
        b.currency,
        b.restaurant_id,
        d.business_day,
        d.gross,
        d.fees,
        d.refunds,
        d.charges
    from reporting.restaurant_balances as b
    -- Nothing settles before its business day, so the account's index over settlement days gives
    -- the entries, and nothing else is read.
    inner join lateral (
        select
            e.business_day,
            coalesce(sum(e.amount) filter (where e.entry_type = 'CHARGE'), 0) as gross,
            coalesce(sum(e.amount) filter (where e.entry_type = 'FEE'), 0) as fees,
            coalesce(sum(e.amount) filter (where e.entry_type = 'REFUND'), 0) as refunds,
            count(*) filter (where e.entry_type = 'CHARGE') as charges
        from reporting.ledger_postings as e
        where
            e.restaurant_id = b.restaurant_id
            and e.currency = b.currency
            and e.settlement_day >= :'_as_of'::date - 7
            and e.business_day >= :'_as_of'::date - 7
            and e.business_day < :'_as_of'::date
            and e.entry_type in ('CHARGE', 'FEE', 'REFUND')
            and e.account = 'restaurant_available'
        group by e.business_day
    ) as d on true
    where :'_currency' in ('', b.currency)
),

revenue as (
    select
        s.currency,
        s.restaurant_id,
        sum(s.gross) as gross,
        sum(s.fees) as fees,
        sum(s.refunds) as refunds,
        sum(s.gross - s.fees - s.refunds) as net,
        sum(s.charges) as charges,
        (
            array_agg(
                s.business_day
                order by s.gross - s.fees - s.refunds desc, s.business_day asc
            )
        )[1] as best_day
    from sales as s
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
where k.position <= :_top
order by k.currency asc, k.position asc, k.restaurant_id asc;
