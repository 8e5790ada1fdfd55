create or replace view reporting.check_event_deferred_long
with (security_barrier) as
select
    d.restaurant_id,
    d.currency,
    d.event_id as reference,
    format(
        '%s of %s has waited for %s %s since %s, %s hours', d.event_type,
        coalesce(d.payload ->> 'amount', '?'), d.first_type, d.subject_id, d.received_at,
        floor(extract(epoch from now() - d.received_at) / 3600)
    ) as finding
from ledger.deferred_events as d
cross join ledger.platform_settings as s
where d.received_at <= now() - make_interval(hours => s.deferred_warning_hours);

comment on view reporting.check_event_deferred_long is
'warning: An event has waited for another for longer than the platform allows. Reason: It is in '
'no balance until what it refers to is here. The processor should have told of that long ago. '
'Remedy: Ask the processor for the missing event and send it. The setting is '
'deferred_warning_hours.';
comment on column reporting.check_event_deferred_long.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_deferred_long.currency is
'The currency.';
comment on column reporting.check_event_deferred_long.reference is
'What to look up.';
comment on column reporting.check_event_deferred_long.finding is
'What was found, in words and figures.';
