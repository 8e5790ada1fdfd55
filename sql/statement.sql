-- The statement of one restaurant in one currency: every movement with the balance after it.
--
--   psql "$DATABASE_URL" -v restaurant_id=res_001 -v currency=PEN -f sql/statement.sql
--
-- restaurant_id, currency  res_001 and PEN by default
-- from, to                 settlement days, both included; all by default
-- Amounts are in minor units. change is what the movement does to the restaurant's balance,
-- available or not yet; balance is what it comes to.

\if :{?restaurant_id} \else \set restaurant_id res_001 \endif
\if :{?currency} \else \set currency PEN \endif
\if :{?from} \else \set from -infinity \endif
\if :{?to} \else \set to infinity \endif

with movements as (
    select
        l.entry_seq,
        l.business_day,
        l.settlement_day,
        l.entry_type,
        max(l.amount) as amount,
        coalesce(
            sum(case l.side when 'credit' then l.amount else -l.amount end)
            filter (where l.account = 'restaurant_available'), 0
        ) as change,
        coalesce(l.event_id, l.payout_id) as reference
    from reporting.ledger_postings as l
    where l.restaurant_id = :'restaurant_id' and l.currency = :'currency'
    group by
        l.entry_seq, l.business_day, l.settlement_day, l.entry_type, l.event_id, l.payout_id
),

running as (
    select
        m.*,
        sum(m.change) over (order by m.entry_seq) as balance
    from movements as m
)

select
    r.entry_seq,
    r.business_day,
    r.settlement_day,
    r.entry_type,
    r.amount,
    r.change,
    r.balance,
    r.reference
from running as r
where r.settlement_day between :'from'::date and :'to'::date
order by r.entry_seq asc;
