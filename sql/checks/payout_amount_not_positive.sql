-- A payout pays nothing or takes money.
--
-- Why: A payout is money that leaves: run_payouts creates none of zero or less, and a constraint
-- holds that. A finding means that the constraint was taken away.
--
-- What to do: Do not send the payout. Find who changed ledger.payouts, put the constraint back
-- with a deploy to a restored copy, and compare.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'payout_amount_not_positive'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
