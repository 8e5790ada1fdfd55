-- Q1: what does every restaurant own, in every currency?
--
--   psql "$DATABASE_URL" -f sql/q1_balances.sql
--   psql "$DATABASE_URL" -v currency=PEN -f sql/q1_balances.sql
--
-- currency  only this one; all by default
-- Amounts are in minor units. available can be paid out, pending is available later, reserved is
-- in payouts under way, held is kept back for disputes. The lines without a restaurant are the
-- sums of a currency: currencies are never added up.

\if :{?currency} \set _currency :currency \else \set _currency '' \endif

select
    b.currency,
    b.restaurant_id,
    sum(b.available) as available,
    sum(b.pending) as pending,
    sum(b.reserved) as reserved,
    sum(b.held) as held,
    sum(b.total) as total,
    max(b.last_event_at) as last_event_at
from reporting.restaurant_balances as b
where :'_currency' in ('', b.currency)
group by grouping sets ((b.currency, b.restaurant_id), (b.currency))
order by b.currency asc, b.restaurant_id asc nulls last;
