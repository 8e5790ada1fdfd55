create or replace view reporting.check_rule_history_broken
with (security_barrier) as
select
    null::text as restaurant_id,
    null::text as currency,
    format('%s of %s', r.event_type, r.subject_state) as reference,
    format(
        'holds from %s to %s; the one before it until %s', r.valid_from, r.valid_until,
        coalesce(r.ended_at::text, 'never')
    ) as finding
from (
    select
        y.*,
        lag(y.valid_until) over (
            partition by y.event_type, y.subject_state order by y.valid_until
        ) as ended_at
    from (
        select
            n.event_type,
            n.subject_state,
            n.valid_from,
            'infinity'::timestamptz as valid_until
        from ledger.posting_rules as n
        union all
        select
            h.event_type,
            h.subject_state,
            h.valid_from,
            h.valid_until
        from ledger.posting_rule_history as h
    ) as y
) as r
where r.valid_from >= r.valid_until or r.valid_from < r.ended_at - interval '1 second';

comment on view reporting.check_rule_history_broken is
'error: The history of a posting rule has a hole or overlaps. Reason: A rule that is replaced or '
'removed is kept with its validity, and the next one begins where it ended; by these an old event '
'is read by the rules of its time. Remedy: Compare ledger.posting_rule_history and the valid_from '
'of ledger.posting_rules with a backup.';
comment on column reporting.check_rule_history_broken.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_rule_history_broken.currency is
'The currency.';
comment on column reporting.check_rule_history_broken.reference is
'What to look up.';
comment on column reporting.check_rule_history_broken.finding is
'What was found, in words and figures.';
