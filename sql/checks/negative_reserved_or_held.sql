-- Reserved or held money is negative.
--
-- Why: More was released than had been set aside. Only the available balance may be negative:
-- that is a debt.
--
-- What to do: Look for two releases of one payout in the statement of the restaurant, and for
-- findings of the other payout checks.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'negative_reserved_or_held'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
