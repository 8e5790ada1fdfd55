-- The last entry or event that an account knows is not that of the book.
--
-- Why: The number of its last entry is where the next posting goes on, the time of it what the next
-- entry is not recorded before, and the time of its last event is shown with the balance.
--
-- What to do: Pause payouts of the restaurant. Somebody changed the account by hand; the entries
-- and events are the truth.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'account_differs_from_last_entry'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
