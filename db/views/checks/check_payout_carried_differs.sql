create or replace view reporting.check_payout_carried_differs
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'carries in %s of %s entries; the payout before it carries out %s of %s',
        coalesce(i.amount, 0), coalesce(i.entry_count, 0), coalesce(-o.amount, 0),
        coalesce(o.entry_count, 0)
    ) as finding
from ledger.payout_chain as p
left join ledger.payout_items as i
    on
        p.restaurant_id = i.restaurant_id
        and p.payout_id = i.payout_id
        and i.item_type = 'carried_in'
left join ledger.payout_items as o
    on
        p.restaurant_id = o.restaurant_id
        and p.previous_payout_id = o.payout_id
        and o.item_type = 'carried_out'
where
    coalesce(i.amount, 0) <> coalesce(-o.amount, 0)
    or i.amount < 0
    or i.entry_count <> 0
    or o.entry_count <> 0;

comment on view reporting.check_payout_carried_differs is
'error: A payout does not begin with what the one before it left. Reason: What a payout carries '
'out, because it was not available yet, the next one of the restaurant and currency carries in, '
'to the last minor unit; the first one carries nothing in. Remedy: Pause payouts of the '
'restaurant, and compare the items of both payouts with a backup.';
comment on column reporting.check_payout_carried_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_carried_differs.currency is
'The currency.';
comment on column reporting.check_payout_carried_differs.reference is
'What to look up.';
comment on column reporting.check_payout_carried_differs.finding is
'What was found, in words and figures.';
