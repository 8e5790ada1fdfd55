create or replace view reporting.debt_ageing
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    -b.available as debt,
    s.debt_since,
    b.business_day - s.debt_since as days,
    case
        when b.business_day - s.debt_since <= 7 then 'up_to_7_days'
        when b.business_day - s.debt_since <= 30 then 'up_to_30_days'
        when b.business_day - s.debt_since <= 60 then 'up_to_60_days'
        when b.business_day - s.debt_since <= 90 then 'up_to_90_days'
        else 'over_90_days'
    end as bucket,
    b.pending,
    b.last_event_at,
    r.closed_at is not null as is_closed
from reporting.restaurant_balances as b
inner join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
cross join
    lateral (
        -- The first day after the last one at whose end there was no debt.
        select coalesce(min(y.day), b.business_day) as debt_since
        from (
            select
                x.day,
                max(x.day) filter (where x.available >= 0) over () as last_sound_day
            from (
                select
                    e.available_on as day,
                    sum(sum(e.amount::numeric * t.balance_effect)) over (order by e.available_on)
                        as available
                from ledger.ledger_entries as e
                inner join ledger.entry_types as t on e.entry_type = t.entry_type
                where
                    e.restaurant_id = b.restaurant_id
                    and e.currency = b.currency
                    and e.available_on <= b.business_day
                group by e.available_on
            ) as x
        ) as y
        where y.last_sound_day is null or y.day > y.last_sound_day
    ) as s
where b.available < 0;

comment on view reporting.debt_ageing is
'Restaurants that owe money, per currency, and since when: their available balance is negative. '
'Where the server does not know a restaurant''s time zone it is not here.';
comment on column reporting.debt_ageing.restaurant_id is 'Who owes it.';
comment on column reporting.debt_ageing.currency is 'The currency.';
comment on column reporting.debt_ageing.debt is
'What is owed, in minor units, as a positive amount: available with its sign turned round.';
comment on column reporting.debt_ageing.debt_since is
'The business day since which every day has ended in debt, by the days on which money counts as '
'available. A refund that was told late counts from its own day.';
comment on column reporting.debt_ageing.days is
'Days from then to the restaurant''s business day at this moment.';
comment on column reporting.debt_ageing.bucket is
'up_to_7_days, up_to_30_days, up_to_60_days, up_to_90_days or over_90_days.';
comment on column reporting.debt_ageing.pending is
'What was taken and will make good for it when it is available, in minor units.';
comment on column reporting.debt_ageing.last_event_at is
'The latest occurred_at of an event that was posted: whether it still sells.';
comment on column reporting.debt_ageing.is_closed is
'Whether the restaurant is closed: it takes no charge any more that would make the debt good.';
