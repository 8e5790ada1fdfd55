create or replace view reporting.check_event_differs_from_rule
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        '%s with amount %s and fee %s posted %s entries',
        v.event_type,
        v.amount,
        v.fee,
        v.entry_count
    ) as finding
from ledger.audited_events as v
where
    not exists (
        select 1
        from ledger.rule_periods as r
        where
            r.event_type = v.event_type
            and r.subject_state = coalesce(v.subject_state, 'NEW')
            and r.after_event_no < v.event_no
            and r.since <= v.received_at
            and (r.last_event_no >= v.event_no or r.until > v.received_at)
            and v.entry_count
            = case when r.amount_entry is null then 0 when v.fee = 0 then 1 else 2 end
    );

comment on view reporting.check_event_differs_from_rule is
'error: An event posted something else than its rule says. Reason: A rule says how many entries '
'an event posts. An event without them would answer every later delivery as known, and its '
'money would be lost. Remedy: Compare with a backup, and with the processor''s report: the '
'money of an event without entries is not in any balance.';
comment on column reporting.check_event_differs_from_rule.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_differs_from_rule.currency is
'The currency.';
comment on column reporting.check_event_differs_from_rule.reference is
'What to look up.';
comment on column reporting.check_event_differs_from_rule.finding is
'What was found, in words and figures.';
