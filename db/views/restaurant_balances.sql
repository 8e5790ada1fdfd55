create or replace view reporting.restaurant_balances as
select
    b.restaurant_id,
    b.currency,
    b.balance - p.pending as available,
    p.pending,
    b.reserved::bigint as reserved,
    b.held::bigint as held,
    b.balance + b.reserved + b.held as total,
    b.last_event_at,
    d.business_day
from ledger.account_balances as b
inner join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
inner join lateral (
    select
        ((now() at time zone r.timezone) - make_interval(hours => r.day_close_hour))::date
            as business_day
) as d on true
inner join lateral (
    -- nothing settles before it is available, so the index over settlement_day finds all of it
    select coalesce(sum(e.amount * t.balance_effect), 0)::bigint as pending
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where
        e.restaurant_id = b.restaurant_id
        and e.currency = b.currency
        and e.settlement_day > d.business_day
        and e.available_on > d.business_day
        and t.may_be_pending
) as p on true;

comment on view reporting.restaurant_balances is
'What each restaurant owns in each currency, now: the figures of api.get_balance, in minor '
'units.';
comment on column reporting.restaurant_balances.available is
'Can be paid out; negative: a debt, which later sales make good.';
comment on column reporting.restaurant_balances.pending is
'Taken, but not available before a later day.';
comment on column reporting.restaurant_balances.reserved is 'In payouts under way.';
comment on column reporting.restaurant_balances.held is 'Held back for disputes.';
comment on column reporting.restaurant_balances.total is 'available + pending + reserved + held.';
comment on column reporting.restaurant_balances.last_event_at is
'The latest occurred_at of an event that was posted.';
comment on column reporting.restaurant_balances.business_day is
'The restaurant''s business day at this moment: what is available by then counts.';
