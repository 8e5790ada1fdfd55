create or replace view ledger.rule_periods as
select
    y.event_type,
    y.subject_state,
    y.amount_entry,
    y.fee_entry,
    y.is_delayed,
    coalesce(y.after_event_no, 0) as after_event_no,
    case
        when y.after_event_no is null and y.ended_at is not null
            then y.ended_at - interval '1 hour'
        else '-infinity'
    end as since,
    coalesce(y.last_event_no, 0) as last_event_no,
    y.valid_until + interval '1 hour' as until
from (
    select
        x.*,
        lag(x.valid_until) over version as ended_at,
        lag(x.last_event_no) over version as after_event_no
    from (
        select
            n.event_type,
            n.subject_state,
            n.amount_entry,
            n.fee_entry,
            n.is_delayed,
            'infinity'::timestamptz as valid_until,
            null::bigint as last_event_no
        from ledger.posting_rules as n
        union all
        select
            h.event_type,
            h.subject_state,
            h.amount_entry,
            h.fee_entry,
            h.is_delayed,
            h.valid_until,
            h.last_event_no
        from ledger.posting_rule_history as h
    ) as x
    window version as (partition by x.event_type, x.subject_state order by x.valid_until)
) as y;

comment on view ledger.rule_periods is
'Which versions of a posting rule an event may be of: none before the version before it was '
'replaced, which its number tells, whatever the clock has done since; of a replaced one, what had '
'its number then, or was under way: a deploy takes a while, an hour at most.';
comment on column ledger.rule_periods.event_type is 'The event type.';
comment on column ledger.rule_periods.subject_state is
'The state of its subject before it, or NEW.';
comment on column ledger.rule_periods.amount_entry is
'The entry with the amount; null: it posts nothing.';
comment on column ledger.rule_periods.fee_entry is 'The entry with the fee; null: none.';
comment on column ledger.rule_periods.is_delayed is 'Whether the settlement delay applies.';
comment on column ledger.rule_periods.after_event_no is
'Its events have higher numbers; 0: it is the first, or that was not kept.';
comment on column ledger.rule_periods.since is
'Where that was not kept: when the version before it ended, less an hour; else -infinity.';
comment on column ledger.rule_periods.last_event_no is
'Events up to this one may be of it at any time; 0: it holds, or that was not kept.';
comment on column ledger.rule_periods.until is
'Until when other events may be of it: an hour after it was replaced; infinity: it holds.';
