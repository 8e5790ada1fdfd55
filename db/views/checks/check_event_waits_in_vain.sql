create or replace view reporting.check_event_waits_in_vain
with (security_barrier) as
select
    d.restaurant_id,
    d.currency,
    d.event_id as reference,
    format(
        '%s in %s waits for %s %s, which is here as %s in %s', d.event_type, d.currency,
        d.first_type, d.subject_id, e.event_id, e.currency
    ) as finding
from ledger.deferred_events as d
inner join ledger.processor_events as e
    on
        d.subject_id = e.subject_id
        and d.first_type = e.event_type
        and d.provider = e.provider
        and d.restaurant_id = e.restaurant_id;

comment on view reporting.check_event_waits_in_vain is
'warning: An event waits for something that is in the book. Reason: What comes posts the events '
'of its account that wait for it. This one is of another account, in another currency mostly, '
'and no later event posts it. Remedy: Replay it: it is posted, or refused with the reason. Then '
'ask the sender.';
comment on column reporting.check_event_waits_in_vain.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_waits_in_vain.currency is
'The currency.';
comment on column reporting.check_event_waits_in_vain.reference is
'What to look up.';
comment on column reporting.check_event_waits_in_vain.finding is
'What was found, in words and figures.';
