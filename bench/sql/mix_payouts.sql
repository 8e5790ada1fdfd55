-- A payout run for a day that moves on, in either currency.
\set day random(0, 300)
select r.payouts_created
from api.run_payouts(
    case when :day::integer % 2 = 0 then 'PEN' else 'USD' end, '2025-01-16'::date + :day::integer
) as r;
