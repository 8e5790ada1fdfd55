-- sqlfluff:use_rust_parser:False
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
where p.amount <> coalesce(i.amount, 0)

union all

select
    y.restaurant_id,
    null as currency,
    y.payout_id as reference,
    format('item %s of %s is of no payout', y.item_type, y.amount) as finding
from ledger.payout_items as y
where
    not exists (
        select from ledger.payouts as x
        where x.restaurant_id = y.restaurant_id and x.payout_id = y.payout_id
    )
    and ledger.audits_everything()

union all

-- Which item came since, nothing says: here those of restaurants of which no seal is audited yet.
select
    a.restaurant_id,
    null as currency,
    y.payout_id as reference,
    format('item %s of %s is of no payout', y.item_type, y.amount) as finding
from (
    select b.restaurant_id
    from ledger.audited_accounts as b
    group by b.restaurant_id
    having max(b.after_seq) = 0
) as a
cross join
    lateral (
        select i.*
        from ledger.payout_items as i
        where
            i.restaurant_id = a.restaurant_id
            and not exists (
                select from ledger.payouts as x
                where x.restaurant_id = i.restaurant_id and x.payout_id = i.payout_id
            )
        offset 0  -- noqa: AM09
    ) as y
where not ledger.audits_everything();

comment on view reporting.check_payout_items_do_not_add_up is
'error: The items of a payout do not add up to its amount, or there is no such payout. Reason: '
'The items are what the restaurant is shown as the reason of the amount; they are written with it '
'in one transaction and never change. Remedy: Stop payout runs for the restaurant '
'(set_restaurant, p_payouts_paused). Sum the entries of the payout''s days to see which side is '
'right.';
comment on column reporting.check_payout_items_do_not_add_up.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_items_do_not_add_up.currency is
'The currency.';
comment on column reporting.check_payout_items_do_not_add_up.reference is
'What to look up.';
comment on column reporting.check_payout_items_do_not_add_up.finding is
'What was found, in words and figures.';
