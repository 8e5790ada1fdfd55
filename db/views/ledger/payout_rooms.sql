create or replace view ledger.payout_rooms as
select
    x.restaurant_id,
    x.currency,
    x.payout_id,
    x.amount,
    e.business_day as today,
    b.balance_after as balance,
    least(
        b.balance_after - d.amount,
        -- What had settled: all that it pays and what it carries out.
        x.amount - coalesce(o.amount, 0),
        9007199254740991 - b.reserved_after
    ) as room
from ledger.audited_payouts as x
inner join ledger.ledger_entries as e
    on
        x.restaurant_id = e.restaurant_id
        and x.currency = e.currency
        and x.reserve_entry_seq = e.entry_seq
inner join ledger.ledger_entries as b
    on
        x.restaurant_id = b.restaurant_id
        and x.currency = b.currency
        and x.reserve_entry_seq - 1 = b.entry_seq
left join ledger.payout_items as o
    on
        x.restaurant_id = o.restaurant_id
        and x.payout_id = o.payout_id
        and o.item_type = 'carried_out'
cross join
    lateral (
        -- What waited for its day when the payout was made: at most a year and some days.
        select
            coalesce(
                sum(
                    case
                        when g.last_entry_seq < x.reserve_entry_seq then g.amount
                        else (
                            select sum(t.balance_effect * l.amount::numeric)
                            from ledger.ledger_entries as l
                            inner join ledger.entry_types as t on l.entry_type = t.entry_type
                            left join ledger.processor_events as v
                                on
                                    l.restaurant_id = v.restaurant_id
                                    and l.event_no = v.event_no
                            where
                                l.restaurant_id = x.restaurant_id
                                and l.currency = x.currency
                                and l.settlement_day = g.available_on
                                and l.available_on = g.available_on
                                and l.entry_seq < x.reserve_entry_seq
                                and t.may_be_pending
                                and (
                                    l.available_on > l.business_day
                                    or v.occurred_at > l.recorded_at
                                )
                        )
                    end
                ),
                0
            ) as amount,
            count(*) filter (where g.last_entry_seq is null) as unknown
        from ledger.pending_days as g
        where
            g.restaurant_id = x.restaurant_id
            and g.currency = x.currency
            and g.available_on > e.business_day
            and g.available_on < e.business_day + 430
            and coalesce(g.first_entry_seq, 0) < x.reserve_entry_seq
    ) as d
-- Days from before they knew their entries tell nothing of what they were.
where d.unknown = 0;

comment on view ledger.payout_rooms is
'What the payouts that an audit looks at could have been: what was available when each was made, '
'computed anew. Those with a day that does not know its entries are left out.';
comment on column ledger.payout_rooms.restaurant_id is 'Who is paid.';
comment on column ledger.payout_rooms.currency is 'The currency.';
comment on column ledger.payout_rooms.payout_id is 'The payout.';
comment on column ledger.payout_rooms.amount is 'What it pays.';
comment on column ledger.payout_rooms.today is 'The business day on which it was made.';
comment on column ledger.payout_rooms.balance is 'The balance before it was reserved.';
comment on column ledger.payout_rooms.room is 'What could be paid of it.';
