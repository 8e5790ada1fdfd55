create or replace view reporting.check_payout_above_available
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'pays %s of a balance of %s, of which %s could be paid on %s',
        p.amount, p.balance, p.room, p.today
    ) as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.payout_id,
        x.amount,
        x.reserve_entry_seq,
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
    where d.unknown = 0
) as p
where p.amount > p.room;

comment on view reporting.check_payout_above_available is
'error: A payout pays more than was available. Reason: A payout is never more than what had '
'settled, nor than the balance less what still waited for its day when it was made; that is '
'computed anew here. Remedy: Pause payouts of the restaurant. If the payout is under way, ask the '
'bank to stop it and cancel it.';
comment on column reporting.check_payout_above_available.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_above_available.currency is
'The currency.';
comment on column reporting.check_payout_above_available.reference is
'What to look up.';
comment on column reporting.check_payout_above_available.finding is
'What was found, in words and figures.';
