-- A payout never reserved its money.
--
-- Why: Creating a payout moves its amount from available to reserved in the same transaction.
-- Without that the money can be paid twice.
--
-- What to do: Pause payouts of the restaurant before anything else. Ask the bank whether this
-- payout was paid.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'payout_without_reserve'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
