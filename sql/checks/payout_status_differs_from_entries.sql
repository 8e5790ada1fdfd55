-- A payout's status is not what its entries say.
--
-- Why: CREATED leaves the amount reserved; PAID leaves it with the restaurant's bank; FAILED and
-- CANCELED give all of it back. The status and the entry that goes with it are written in one
-- transaction.
--
-- What to do: Look at the statement of the restaurant (sql/statement.sql) and at the events that
-- name the payout; trust the entries.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'payout_status_differs_from_entries'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
