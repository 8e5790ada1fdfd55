create or replace view reporting.payout_items
with (security_barrier) as
select
    i.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    i.item_type,
    i.amount,
    i.entry_count
from ledger.payout_items as i
inner join ledger.payouts as p
    on i.restaurant_id = p.restaurant_id and i.payout_id = p.payout_id;

comment on view reporting.payout_items is
'What each payout consists of; the items of a payout add up to its amount.';
comment on column reporting.payout_items.item_type is
'gross_sales, fees, refunds, payout_failures, payout_returns; carried_in: held back by earlier '
'payouts; carried_out: held back by this one, because it was spent since.';
comment on column reporting.payout_items.amount is
'Minor units of the currency; negative where it lessens the payout.';
comment on column reporting.payout_items.entry_count is 'Ledger entries summed in the item.';
comment on column reporting.payout_items.payout_id is 'The payout.';
comment on column reporting.payout_items.restaurant_id is 'Who is paid.';
comment on column reporting.payout_items.currency is 'The currency.';
comment on column reporting.payout_items.as_of is 'The last settlement day that the payout pays.';
