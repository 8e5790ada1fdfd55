-- The balance after an entry does not follow from the one before.
--
-- Why: Each entry stores what it leaves. The first finding of an account is where the book was
-- changed.
--
-- What to do: Compare the entry named, and the one before it, with a backup.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'running_balance_broken'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
