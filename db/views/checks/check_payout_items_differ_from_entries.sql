create or replace view reporting.check_payout_items_differ_from_entries
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'item %s is %s of %s entries; the entries after %s up to %s come to %s of %s',
        d.item_type, coalesce(d.item_amount, 0), coalesce(d.item_count, 0),
        coalesce(p.previous_as_of::text, 'the beginning'), p.as_of, coalesce(d.amount, 0),
        coalesce(d.entry_count, 0)
    ) as finding
from ledger.payout_chain as p
cross join
    lateral (
        select
            coalesce(i.item_type, k.payout_item) as item_type,
            i.amount as item_amount,
            i.entry_count as item_count,
            k.amount,
            k.entry_count
        from (
            select
                y.item_type,
                y.amount,
                y.entry_count
            from ledger.payout_items as y
            where
                y.restaurant_id = p.restaurant_id
                and y.payout_id = p.payout_id
                and y.item_type not in ('carried_in', 'carried_out')
        ) as i
        full join (
            select
                t.payout_item,
                sum(t.balance_effect * e.amount::numeric) as amount,
                count(*) as entry_count
            from ledger.ledger_entries as e
            inner join ledger.entry_types as t on e.entry_type = t.entry_type
            where
                e.restaurant_id = p.restaurant_id
                and e.currency = p.currency
                and e.settlement_day > coalesce(p.previous_as_of, '-infinity'::date)
                and e.settlement_day <= p.as_of
                and e.entry_seq < p.reserve_entry_seq
                and t.balance_effect <> 0
                and e.entry_type <> 'PAYOUT_RESERVE'
            group by t.payout_item
            having sum(t.balance_effect * e.amount::numeric) <> 0
        ) as k
            on i.item_type = k.payout_item
        where (i.amount, i.entry_count) is distinct from (k.amount, k.entry_count)
    ) as d;

comment on view reporting.check_payout_items_differ_from_entries is
'error: An item of a payout is not what the entries of its days come to. Reason: A payout''s '
'items are the sums by kind, with their numbers, of the entries of the days that it closes, made '
'before it; they are computed anew here. Remedy: Pause payouts of the restaurant. The entries are '
'what the balance followed; the items are what the restaurant was told.';
comment on column reporting.check_payout_items_differ_from_entries.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_items_differ_from_entries.currency is
'The currency.';
comment on column reporting.check_payout_items_differ_from_entries.reference is
'What to look up.';
comment on column reporting.check_payout_items_differ_from_entries.finding is
'What was found, in words and figures.';
