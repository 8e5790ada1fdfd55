-- The statement of one restaurant in one currency: every movement with the balance after it.
--
--   psql "$DATABASE_URL" -v restaurant_id=res_001 -v currency=PEN -f sql/statement.sql
--
-- restaurant_id, currency  res_001 and PEN by default
-- from, to                 settlement days, both included; all by default
-- newest_first             true or false, which is the default
-- limit, cursor            a page: at most 500 rows, the default, and what the last page ended with
-- Amounts are in minor units. change is what the movement does to the restaurant's balance,
-- available or not yet; balance is what it comes to. A notice says when there is more; the view
-- reporting.ledger_entries has all of it at once.

\if :{?restaurant_id} \set _restaurant_id :restaurant_id \else \set _restaurant_id res_001 \endif
\if :{?currency} \set _currency :currency \else \set _currency PEN \endif
\if :{?from} \set _from :from \else \set _from '' \endif
\if :{?to} \set _to :to \else \set _to '' \endif
\if :{?newest_first} \set _newest_first :newest_first \else \set _newest_first false \endif
\if :{?limit} \set _limit :limit \else \set _limit 500 \endif
\if :{?cursor} \set _cursor :cursor \else \set _cursor '' \endif

select
    e.entry_seq,
    e.business_day,
    e.settlement_day,
    e.entry_type,
    e.amount,
    e.balance_change as change,
    e.balance_after as balance,
    coalesce(e.event_id, e.payout_id) as reference,
    e.cursor
from api.list_entries(
    :'_restaurant_id',
    :'_currency',
    nullif(:'_from', '')::date,
    nullif(:'_to', '')::date,
    :_limit,
    nullif(:'_cursor', ''),
    :_newest_first
) as e;
