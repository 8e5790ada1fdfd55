create or replace view ledger.rule_periods as
select
    y.event_type,
    y.subject_state,
    y.amount_entry,
    y.fee_entry,
    y.is_delayed,
    y.valid_since,
    y.valid_until,
    y.valid_since - interval '1 hour' as since,
    y.valid_until + interval '1 hour' as until
from (
    select
        x.event_type,
        x.subject_state,
        x.amount_entry,
        x.fee_entry,
        x.is_delayed,
        x.valid_until,
        lag(x.valid_until, 1, '-infinity'::timestamptz) over (
            partition by x.event_type, x.subject_state order by x.valid_until
        ) as valid_since
    from (
        select
            n.event_type,
            n.subject_state,
            n.amount_entry,
            n.fee_entry,
            n.is_delayed,
            'infinity'::timestamptz as valid_until
        from ledger.posting_rules as n
        union all
        select
            h.event_type,
            h.subject_state,
            h.amount_entry,
            h.fee_entry,
            h.is_delayed,
            h.valid_until
        from ledger.posting_rule_history as h
    ) as x
) as y;

comment on view ledger.rule_periods is
'From when to when each version of a posting rule held: from the end of the version before it to '
'its own. A deploy takes a while, so an entry may be one of either version for an hour around.';
comment on column ledger.rule_periods.event_type is 'The event type.';
comment on column ledger.rule_periods.subject_state is
'The state of its subject before it, or NEW.';
comment on column ledger.rule_periods.amount_entry is
'The entry with the amount; null: it posts nothing.';
comment on column ledger.rule_periods.fee_entry is 'The entry with the fee; null: none.';
comment on column ledger.rule_periods.is_delayed is 'Whether the settlement delay applies.';
comment on column ledger.rule_periods.valid_since is
'When the version before it ended; -infinity: it is the first.';
comment on column ledger.rule_periods.valid_until is 'When it was replaced; infinity: it holds.';
comment on column ledger.rule_periods.since is 'From when an entry may be of it: an hour before.';
comment on column ledger.rule_periods.until is 'Until when: an hour after.';
