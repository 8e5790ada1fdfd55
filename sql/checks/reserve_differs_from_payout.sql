-- What was reserved is not what the payout pays.
--
-- Why: One PAYOUT_RESERVE entry of the payout's amount and currency belongs to each payout: more
-- was reserved, or less, or twice.
--
-- What to do: Pause payouts of the restaurant. The entry is what the balance followed; the
-- payout row is what the bank was told.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'reserve_differs_from_payout'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
