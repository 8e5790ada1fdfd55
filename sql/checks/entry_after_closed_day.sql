-- An entry settles on a day that a payout had closed.
--
-- Why: A payout closes all days up to its as_of; later entries settle on the first open day.
-- Else the entry belongs to a payout that was made without it, and no payout ever pays it or
-- takes it back.
--
-- What to do: The money is still in the balance. Explain the entry to the restaurant; find what
-- wrote it around the functions.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'entry_after_closed_day'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
