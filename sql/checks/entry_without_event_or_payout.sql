-- An entry has no cause.
--
-- Why: Each entry names the event or the payout that made it. Money that moved without a cause
-- cannot be explained to anyone.
--
-- What to do: Entries cannot be deleted, so the cause was, or the entry was written around the
-- functions. Compare with a backup taken before its recorded_at.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'entry_without_event_or_payout'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
