create or replace view reporting.restaurants
with (security_barrier) as
select
    r.restaurant_id,
    r.timezone,
    r.day_close_hour,
    r.settlement_delay_days,
    r.is_payouts_paused as payouts_paused,
    r.closed_at is not null as closed,
    r.closed_at,
    r.created_at,
    d.business_day
from ledger.restaurants as r
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
    ) as d;

comment on view reporting.restaurants is
'The restaurants that the platform collects for, with their settings as api.get_restaurant names '
'them.';
comment on column reporting.restaurants.restaurant_id is 'The platform''s id of it.';
comment on column reporting.restaurants.timezone is
'IANA name; says to which day an event belongs.';
comment on column reporting.restaurants.day_close_hour is
'Local hour at which its business day ends.';
comment on column reporting.restaurants.settlement_delay_days is
'Days between the business day of money in and the day on which it is available.';
comment on column reporting.restaurants.payouts_paused is 'Whether payout runs pass it over.';
comment on column reporting.restaurants.closed is
'Whether it takes no new charge; what it owns is paid out all the same.';
comment on column reporting.restaurants.closed_at is 'Since when it is closed.';
comment on column reporting.restaurants.created_at is 'When it was registered.';
comment on column reporting.restaurants.business_day is
'Its business day at this moment; null: the server does not know its time zone.';
