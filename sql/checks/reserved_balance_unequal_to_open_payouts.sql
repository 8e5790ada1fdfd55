-- Reserved money is not the sum of the payouts under way.
--
-- Why: What is reserved belongs to payouts that are CREATED, and to nothing else. More: money is
-- stuck. Less: a payout may be paid without cover.
--
-- What to do: Look for findings of payout_without_reserve and payout_status_differs_from_entries
-- of the same restaurant first: they name the payout.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'reserved_balance_unequal_to_open_payouts'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
