create or replace view reporting.check_event_type_unknown
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format('%s of %s', v.event_type, v.amount) as finding
from ledger.audited_events as v
where
    not exists (
        select 1
        from ledger.event_types as t
        where t.event_type = v.event_type
    );

comment on view reporting.check_event_type_unknown is
'error: An event has a type that cuenta does not know. Reason: What is not known is refused, so '
'such an event was never received. Remedy: Find what wrote the event around the functions, or '
'which deploy took the type away.';
comment on column reporting.check_event_type_unknown.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_type_unknown.currency is
'The currency.';
comment on column reporting.check_event_type_unknown.reference is
'What to look up.';
comment on column reporting.check_event_type_unknown.finding is
'What was found, in words and figures.';
