create or replace view reporting.payout_eligibility as
select
    b.restaurant_id,
    b.currency,
    d.as_of,
    a.payable_amount,
    case
        when r.is_payouts_paused then 'payouts_paused'
        when not d.is_unpaid then 'already_paid'
        when b.closed_through >= d.as_of then 'closed_by_later_payout'
        when a.payable_amount <= 0 then 'nothing_to_pay'
    end as why_not
from ledger.account_balances as b
inner join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
inner join lateral (
    select (
        (now() at time zone r.timezone) - make_interval(hours => r.day_close_hour)
    )::date as as_of
) as t on true
inner join lateral (
    select
        t.as_of,
        not exists (
            select 1
            from ledger.payouts as p
            where
                p.restaurant_id = b.restaurant_id
                and p.currency = b.currency
                and p.as_of = t.as_of
        ) as is_unpaid
) as d on true
inner join lateral (
    -- what settles later is left out, and never more than what is available now
    select
        b.balance - greatest(
            coalesce(sum(e.amount * m.balance_effect), 0),
            coalesce(
                sum(e.amount * m.balance_effect) filter (
                    where e.available_on > d.as_of and m.may_be_pending
                ),
                0
            )
        )::bigint as payable_amount
    from ledger.ledger_entries as e
    inner join ledger.entry_types as m on e.entry_type = m.entry_type
    where
        e.restaurant_id = b.restaurant_id
        and e.currency = b.currency
        and e.settlement_day > d.as_of
) as a on true;

comment on view reporting.payout_eligibility is
'What a payout run would decide for each restaurant and currency if it ran now, for the '
'restaurant''s current business day and without a minimum amount.';
comment on column reporting.payout_eligibility.as_of is
'The restaurant''s business day at this moment.';
comment on column reporting.payout_eligibility.payable_amount is
'What settles up to as_of, but never more than is available; minor units; zero or less: nothing '
'to pay.';
comment on column reporting.payout_eligibility.why_not is
'Null: eligible. Else the first reason of payouts_paused, already_paid, closed_by_later_payout, '
'nothing_to_pay.';
