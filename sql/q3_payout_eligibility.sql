-- Q3: which restaurants would a payout run pay, how much, and why not the others?
--
--   psql "$DATABASE_URL" -f sql/q3_payout_eligibility.sql
--   psql "$DATABASE_URL" -v currency=PEN -v as_of=2025-12-30 -v min_amount=5000 \
--       -f sql/q3_payout_eligibility.sql
--
-- currency    PEN by default
-- as_of       the last settlement day to pay; each restaurant's current business day by default
-- min_amount  in minor units, inclusive: a restaurant with just that is paid; 1 by default
-- why_not is empty for those that would be paid, else the reason that run_payouts would store. It
-- answers what a dry run sums up: select * from run_payouts('PEN', '2025-12-30', 5000, true).

\if :{?currency} \set _currency :currency \else \set _currency PEN \endif
\if :{?as_of} \set _as_of :as_of \else \set _as_of '' \endif
\if :{?min_amount} \set _min_amount :min_amount \else \set _min_amount 1 \endif

with candidates as materialized (
    select
        e.restaurant_id,
        e.currency,
        e.as_of as business_day,
        coalesce(nullif(:'_as_of', '')::date, e.as_of) as as_of,
        e.why_not = 'payouts_paused' as is_paused,
        b.available,
        b.available + b.pending as balance
    from reporting.payout_eligibility as e
    inner join reporting.restaurant_balances as b
        on e.restaurant_id = b.restaurant_id and e.currency = b.currency
    where e.currency = :'_currency'
),

payable as (
    select
        c.*,
        least(c.available, c.balance - l.amount) as payable_amount
    from candidates as c
    inner join lateral (
        -- what settles after as_of
        select coalesce(sum(case p.side when 'debit' then -p.amount else p.amount end), 0) as amount
        from reporting.ledger_postings as p
        where
            p.restaurant_id = c.restaurant_id
            and p.currency = c.currency
            and p.settlement_day > c.as_of
            and p.account = 'restaurant_available'
    ) as l on true
),

-- the anti-join: those that no payout for this day or a later one has served
open_candidates as (
    select p.*
    from payable as p
    where
        not exists (
            select 1
            from reporting.payouts as x
            where
                x.restaurant_id = p.restaurant_id
                and x.currency = p.currency
                and x.as_of >= p.as_of
        )
)

select
    p.restaurant_id,
    p.currency,
    p.as_of,
    p.payable_amount,
    case
        when p.is_paused then 'payouts_paused'
        when p.business_day is null then 'timezone_unknown'
        when p.as_of > p.business_day then 'as_of_in_future'
        when o.restaurant_id is null and x.payout_id is not null then 'already_paid'
        when o.restaurant_id is null then 'closed_by_later_payout'
        when p.payable_amount <= 0 then 'nothing_to_pay'
        when p.payable_amount < :_min_amount then 'below_minimum'
    end as why_not,
    x.payout_id as already_paid_by
from payable as p
left join open_candidates as o
    on p.restaurant_id = o.restaurant_id and p.currency = o.currency
left join reporting.payouts as x
    on p.restaurant_id = x.restaurant_id and p.currency = x.currency and p.as_of = x.as_of
order by why_not asc nulls first, p.payable_amount desc, p.restaurant_id asc;
