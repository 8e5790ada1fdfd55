-- The entries of an account are not numbered without gaps.
--
-- Why: Numbers are given one by one under the account's lock, so a missing number is a missing
-- entry, and a balance row with another last number is behind or ahead of the book.
--
-- What to do: Compare with a backup which entry is missing.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'entry_seq_gap'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
