create or replace view reporting.check_event_reversed_twice
with (security_barrier) as
select
    k.restaurant_id,
    a.currency,
    coalesce(a.event_id, format('event %s', k.about_event_no)) as reference,
    format('was taken back by the events %s', string_agg(k.event_no::text, ', ')) as finding
from ledger.event_links as k
left join ledger.processor_events as a
    on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
where k.is_reversal
group by k.restaurant_id, k.about_event_no, a.currency, a.event_id
having count(*) > 1;

comment on view reporting.check_event_reversed_twice is
'error: An event was taken back more than once. Reason: A reversal takes all of it back, so the '
'second one takes what was never there. Remedy: Correct the second with an adjustment, and find '
'what wrote it around the functions.';
comment on column reporting.check_event_reversed_twice.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_reversed_twice.currency is
'The currency.';
comment on column reporting.check_event_reversed_twice.reference is
'What to look up.';
comment on column reporting.check_event_reversed_twice.finding is
'What was found, in words and figures.';
