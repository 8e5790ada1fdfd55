create or replace view reporting.restaurant_balances
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    b.balance - p.pending as available,
    p.pending,
    b.reserved,
    b.held,
    b.balance::numeric + b.reserved + b.held as total,
    b.last_event_at,
    d.business_day
from ledger.account_balances as b
inner join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
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
            end as business_day
    ) as d
cross join lateral (
    select case when d.business_day is not null then coalesce(sum(q.amount), 0) end as pending
    from ledger.pending_days as q
    where
        q.restaurant_id = b.restaurant_id
        and q.currency = b.currency
        and q.available_on > d.business_day
) as p;

comment on view reporting.restaurant_balances is
'What each restaurant owns in each currency, now: the figures of api.get_balance, in minor '
'units. Where the server does not know a restaurant''s time zone, what depends on its day is null.';
comment on column reporting.restaurant_balances.restaurant_id is 'The restaurant.';
comment on column reporting.restaurant_balances.currency is 'The currency.';
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
