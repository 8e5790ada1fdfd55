create or replace view reporting.check_payout_items_do_not_add_up
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format('items add up to %s, amount is %s', coalesce(i.amount, 0), p.amount) as finding
from ledger.audited_payouts as p
cross join
    lateral (
        select sum(x.amount) as amount
        from ledger.payout_items as x
        where x.restaurant_id = p.restaurant_id and x.payout_id = p.payout_id
    ) as i
where p.amount <> coalesce(i.amount, 0);

comment on view reporting.check_payout_items_do_not_add_up is
'error: The items of a payout do not add up to its amount. Reason: The items are what the '
'restaurant is shown as the reason of the amount; they are written with it in one transaction '
'and never change. Remedy: Stop payout runs for the restaurant (set_restaurant, '
'p_payouts_paused). Sum the entries of the payout''s days to see which side is right.';
comment on column reporting.check_payout_items_do_not_add_up.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_items_do_not_add_up.currency is
'The currency.';
comment on column reporting.check_payout_items_do_not_add_up.reference is
'What to look up.';
comment on column reporting.check_payout_items_do_not_add_up.finding is
'What was found, in words and figures.';
