-- The items of a payout do not add up to its amount.
--
-- Why: The items are what the restaurant is shown as the reason of the amount; they are written
-- with it in one transaction and never change.
--
-- What to do: Stop payout runs for the restaurant (set_restaurant, p_payouts_paused). Sum the
-- entries of the payout's days to see which side is right.
--
-- No row on a sound database.

select
    f.restaurant_id,
    f.currency,
    f.reference,
    f.finding
from reporting.integrity_findings as f
where f.check_name = 'payout_items_do_not_add_up'
order by f.restaurant_id asc, f.currency asc, f.reference asc;
