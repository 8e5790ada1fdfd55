create or replace view reporting.payout_eligibility
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    d.as_of,
    a.payable_amount,
    case
        when r.is_payouts_paused or t.is_paused then 'payouts_paused'
        when d.as_of is null then 'timezone_unknown'
        when
            exists (
                select 1
                from ledger.payouts as p
                where
                    p.restaurant_id = b.restaurant_id
                    and p.currency = b.currency
                    and p.as_of = d.as_of
            )
            then 'already_paid'
        when b.closed_through >= d.as_of then 'closed_by_later_payout'
        when a.unrounded > 0 and a.payable_amount = 0 then 'below_payable_unit'
        when a.payable_amount <= 0 then 'nothing_to_pay'
        when a.payable_amount < t.min_amount then 'below_minimum'
        when a.payable_amount > t.max_amount then 'above_maximum'
    end as why_not
from ledger.account_balances as b
inner join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
inner join ledger.currencies as c on b.currency = c.currency
left join ledger.payout_terms as t
    on b.restaurant_id = t.restaurant_id and b.currency = t.currency
cross join
    lateral (
        select
            case
                when cardinality(ledger.known_timezones(array[r.timezone])) = 1
                    then
                        (
                            (now() at time zone r.timezone)
                            - make_interval(hours => r.day_close_hour)
                        )::date
            end as as_of
    ) as d
cross join lateral (
    -- what settles later is left out, and never more than what is available now, in whole units
    select
        m.unrounded,
        case
            when m.unrounded > 0
                then m.unrounded - m.unrounded % coalesce(t.payable_unit, c.payable_unit)
            else m.unrounded
        end as payable_amount
    from (
        select coalesce(sum(e.amount::numeric * n.balance_effect), 0) as amount
        from ledger.ledger_entries as e
        inner join ledger.entry_types as n on e.entry_type = n.entry_type
        where
            e.restaurant_id = b.restaurant_id
            and e.currency = b.currency
            and e.settlement_day > d.as_of
    ) as l
    cross join (
        select coalesce(sum(x.amount), 0) as amount
        from ledger.pending_days as x
        where
            x.restaurant_id = b.restaurant_id
            and x.currency = b.currency
            and x.available_on > d.as_of
    ) as q
    cross join lateral (
        select
            case when d.as_of is not null then b.balance - greatest(l.amount, q.amount) end
                as unrounded
    ) as m
) as a;

comment on view reporting.payout_eligibility is
'What a payout run would decide for each restaurant and currency if it ran now, for the '
'restaurant''s current business day and without a minimum amount of its own.';
comment on column reporting.payout_eligibility.restaurant_id is 'The restaurant.';
comment on column reporting.payout_eligibility.currency is 'The currency.';
comment on column reporting.payout_eligibility.as_of is
'The restaurant''s business day at this moment; null: the server does not know its time zone.';
comment on column reporting.payout_eligibility.payable_amount is
'What settles up to as_of, but never more than is available, in whole payable units; minor '
'units of the currency; zero or less: nothing to pay.';
comment on column reporting.payout_eligibility.why_not is
'Null: eligible. Else the first reason of payouts_paused, timezone_unknown, already_paid, '
'closed_by_later_payout, below_payable_unit, nothing_to_pay, below_minimum, above_maximum.';
