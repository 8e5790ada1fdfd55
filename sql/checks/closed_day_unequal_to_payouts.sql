-- The days closed are not those that payouts closed.
--
-- Why: closed_through is the as_of of the account's last payout. Too early: entries may fall
-- into days already paid. Too late: payouts are refused that should be made.
--
-- What to do: Pause payouts of the restaurant until closed_through is right again.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'closed_day_unequal_to_payouts'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
