create or replace view reporting.check_payment_of_another_restaurant
with (security_barrier) as
select
    d.restaurant_id,
    d.currency,
    d.event_id as reference,
    format(
        '%s of restaurant %s waits for payment %s, which restaurant %s has', d.event_type,
        d.restaurant_id, d.subject_id, c.restaurant_id
    ) as finding
from ledger.deferred_events as d
inner join ledger.processor_events as c
    on
        d.subject_id = c.subject_id
        and d.first_type = c.event_type
        and d.provider = c.provider
where
    d.first_type = 'charge_succeeded'
    and not exists (
        select 1
        from ledger.processor_events as o
        where
            o.subject_id = d.subject_id
            and o.event_type = d.first_type
            and o.provider = d.provider
            and o.restaurant_id = d.restaurant_id
    );

comment on view reporting.check_payment_of_another_restaurant is
'warning: An event waits for a payment that another restaurant has. Reason: A payment belongs to '
'one restaurant. The event names the wrong one, or the charge did. Remedy: Ask the sender which '
'is right. A charge at the wrong restaurant is taken back (reverse_event) and sent again for the '
'right one; a wrong event is dismissed.';
comment on column reporting.check_payment_of_another_restaurant.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payment_of_another_restaurant.currency is
'The currency.';
comment on column reporting.check_payment_of_another_restaurant.reference is
'What to look up.';
comment on column reporting.check_payment_of_another_restaurant.finding is
'What was found, in words and figures.';
