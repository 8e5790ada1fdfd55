-- An event lacks entries it posted, or has more than it posted.
--
-- Why: An event keeps the number of its entries and the first one's; both are written in one
-- transaction with the entries.
--
-- What to do: Compare with a backup. Do not send the event again: it is known and would post
-- nothing.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'event_without_its_entries'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
