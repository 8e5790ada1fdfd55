-- What the processor holds is not what restaurants own plus fees.
--
-- Why: Every entry moves money between two accounts, so in each currency clearing equals the
-- stored balances of all restaurants plus the platform's accounts. This compares the book with
-- the balance rows as a whole.
--
-- What to do: balance_unequal_to_entries names the restaurant. If it finds nothing, compare
-- reporting.trial_balance with the processor's own report.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'clearing_unequal_to_owed'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
