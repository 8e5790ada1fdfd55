-- A stored balance is not the sum of its entries.
--
-- Why: Balance rows are moved by the insertion of entries and by nothing else, so that reading
-- them is as good as summing up.
--
-- What to do: Pause payouts of the restaurant. running_balance_broken and entry_seq_gap tell
-- whether an entry or the balance row was changed; the entries are the truth.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'balance_unequal_to_entries'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
