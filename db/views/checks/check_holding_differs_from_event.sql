create or replace view reporting.check_holding_differs_from_event
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        '%s of %s is listed as %s', v.event_type, v.amount, coalesce(h.event_type, 'nothing')
    ) as finding
from ledger.audited_events as v
inner join ledger.posting_rules as r on v.event_type = r.event_type
left join ledger.holdings as h
    on v.restaurant_id = h.restaurant_id and v.event_no = h.event_no
where
    v.entry_count > 0
    and v.subject_state is null
    and r.subject_state = 'NEW'
    and r.amount_held_effect > 0
    and h.event_type is distinct from v.event_type

union all

select
    h.restaurant_id,
    v.currency,
    coalesce(v.event_id, format('event %s', h.event_no)) as reference,
    format(
        '%s of %s is listed as %s', coalesce(v.event_type, 'nothing'), coalesce(v.amount, 0),
        h.event_type
    ) as finding
from ledger.audited_holdings as h
left join ledger.processor_events as v
    on h.restaurant_id = v.restaurant_id and h.event_no = v.event_no
where
    not exists (
        select 1
        from ledger.posting_rules as r
        where
            r.event_type = v.event_type
            and r.subject_state = 'NEW'
            and r.amount_held_effect > 0
            and v.entry_count > 0
            and v.subject_state is null
    );

comment on view reporting.check_holding_differs_from_event is
'error: What is listed as held back is not what events held back. Reason: Disputes and holds are '
'found by a list of their own, which is written with them. One that is missing there is shown to '
'nobody. Remedy: Compare with a backup, and find what wrote the event or the list around the '
'functions.';
comment on column reporting.check_holding_differs_from_event.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_holding_differs_from_event.currency is
'The currency.';
comment on column reporting.check_holding_differs_from_event.reference is
'What to look up.';
comment on column reporting.check_holding_differs_from_event.finding is
'What was found, in words and figures.';
