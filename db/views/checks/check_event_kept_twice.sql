create or replace view reporting.check_event_kept_twice
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'event %s has the same id, or tells first of the same, as event %s of %s',
        v.event_no, o.event_no, o.restaurant_id
    ) as finding
from ledger.audited_events as v
inner join ledger.processor_events as o
    on v.provider = o.provider and v.event_id = o.event_id
where (v.restaurant_id, v.event_no) <> (o.restaurant_id, o.event_no)

union all

select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format('tells first of %s %s, as does %s', v.event_type, v.subject_id, o.event_id) as finding
from ledger.audited_events as v
inner join ledger.processor_events as o
    on
        v.subject_id = o.subject_id
        and v.event_type = o.event_type
        and v.provider = o.provider
        and v.restaurant_id = o.restaurant_id
where v.event_no <> o.event_no

union all

select
    d.restaurant_id,
    d.currency,
    d.event_id as reference,
    format('waits, and is posted as event %s', o.event_no) as finding
from ledger.deferred_events as d
inner join ledger.processor_events as o
    on d.provider = o.provider and d.event_id = o.event_id;

comment on view reporting.check_event_kept_twice is
'error: One event is in the book twice, or posted and waiting. Reason: An event takes effect '
'once: its provider and id, and the payment, refund or dispute that it is the first to tell of, '
'are unique, and what waits is not posted. Remedy: Look whether the unique keys are there '
'(deploy.py --check), and reverse the entries of the later one.';
comment on column reporting.check_event_kept_twice.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_kept_twice.currency is
'The currency.';
comment on column reporting.check_event_kept_twice.reference is
'What to look up.';
comment on column reporting.check_event_kept_twice.finding is
'What was found, in words and figures.';
