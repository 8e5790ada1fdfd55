create or replace view reporting.check_event_without_rule
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format('no rule for %s of a subject that is %s', v.event_type, coalesce(v.subject_state, 'NEW'))
        as finding
from ledger.audited_events as v
where
    not exists (
        select 1
        from ledger.posting_rules as n
        where
            n.event_type = v.event_type
            and n.subject_state = coalesce(v.subject_state, 'NEW')
    )
    and not exists (
        select 1
        from ledger.posting_rule_history as h
        where
            h.event_type = v.event_type
            and h.subject_state = coalesce(v.subject_state, 'NEW')
    );

comment on view reporting.check_event_without_rule is
'error: An event has a type or a state that no rule knows. Reason: Every event was posted by a '
'rule for its type and its subject''s state. No foreign key holds that for each event, because '
'all events would lock one row. Remedy: Find what wrote the event around the functions, or '
'which deploy took the rule away.';
comment on column reporting.check_event_without_rule.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_without_rule.currency is
'The currency.';
comment on column reporting.check_event_without_rule.reference is
'What to look up.';
comment on column reporting.check_event_without_rule.finding is
'What was found, in words and figures.';
