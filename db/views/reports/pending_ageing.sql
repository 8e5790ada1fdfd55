create or replace view reporting.pending_ageing
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.available_on,
    p.amount,
    p.available_on - d.business_day as days,
    case
        when p.available_on - d.business_day <= 1 then 'next_day'
        when p.available_on - d.business_day <= 7 then 'up_to_7_days'
        when p.available_on - d.business_day <= 30 then 'up_to_30_days'
        else 'over_30_days'
    end as bucket
from ledger.pending_days as p
inner join ledger.restaurants as r on p.restaurant_id = r.restaurant_id
cross join
    lateral (
        select
            (
                (
                    now() at time zone
                    case
                        when
                            cardinality(ledger.known_timezones(array[r.timezone])) = 1
                            then r.timezone
                        else 'UTC'
                    end
                )
                - make_interval(hours => r.day_close_hour)
            )::date as business_day
    ) as d
where p.available_on > d.business_day and p.amount <> 0;

comment on view reporting.pending_ageing is
'Money that was taken and is not available yet, by the day on which it will be. The rows of an '
'account add up to its pending balance.';
comment on column reporting.pending_ageing.restaurant_id is 'Whose it is.';
comment on column reporting.pending_ageing.currency is 'The currency.';
comment on column reporting.pending_ageing.available_on is 'The day on which it becomes available.';
comment on column reporting.pending_ageing.amount is
'Charges less their fees, in minor units.';
comment on column reporting.pending_ageing.days is
'Days until then, from the restaurant''s business day at this moment; by UTC where the server does '
'not know its time zone.';
comment on column reporting.pending_ageing.bucket is
'next_day, up_to_7_days, up_to_30_days or over_30_days.';
