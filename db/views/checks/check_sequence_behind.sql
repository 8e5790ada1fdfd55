create or replace view reporting.check_sequence_behind
with (security_barrier) as
select
    null::text as restaurant_id,
    null::text as currency,
    s.sequence as reference,
    format('gives %s next; %s has been given', s.next_no, s.last_no) as finding
from (
    select
        'ledger.processor_events_event_no_seq' as sequence,
        (select q.last_value + q.is_called::integer from ledger.processor_events_event_no_seq as q)
            as next_no,
        (select max(x.event_no) from ledger.audited_events as x) as last_no
    union all
    select
        'ledger.event_rejections_rejection_no_seq' as sequence,
        (
            select q.last_value + q.is_called::integer
            from ledger.event_rejections_rejection_no_seq as q
        ) as next_no,
        (select max(x.rejection_no) from ledger.event_rejections as x) as last_no
    union all
    select
        'ledger.deferred_events_deferred_no_seq' as sequence,
        (
            select q.last_value + q.is_called::integer
            from ledger.deferred_events_deferred_no_seq as q
        ) as next_no,
        (select max(x.deferred_no) from ledger.event_deferrals as x) as last_no
    union all
    select
        'ledger.event_dismissals_dismissal_no_seq' as sequence,
        (
            select q.last_value + q.is_called::integer
            from ledger.event_dismissals_dismissal_no_seq as q
        ) as next_no,
        (select max(x.dismissal_no) from ledger.event_dismissals as x) as last_no
    union all
    select
        'ledger.setting_changes_change_no_seq' as sequence,
        (
            select q.last_value + q.is_called::integer
            from ledger.setting_changes_change_no_seq as q
        ) as next_no,
        (select max(x.change_no) from ledger.setting_changes as x) as last_no
    union all
    select
        'ledger.payout_term_changes_change_no_seq' as sequence,
        (
            select q.last_value + q.is_called::integer
            from ledger.payout_term_changes_change_no_seq as q
        ) as next_no,
        (select max(x.change_no) from ledger.payout_term_changes as x) as last_no
    union all
    select
        'ledger.event_conflict_no_seq' as sequence,
        (select q.last_value + q.is_called::integer from ledger.event_conflict_no_seq as q)
            as next_no,
        (
            select count(*) from ledger.event_rejections as x
            where x.status = 'conflict'
        ) as last_no
) as s
where s.next_no <= s.last_no;

comment on view reporting.check_sequence_behind is
'error: A number that was given already would be given again. Reason: Numbers of events, refusals '
'and the like come from sequences, which only grow; one that was set back, or came from an older '
'backup than its table, makes the next event fail or hides the order of the book. Remedy: '
'setval() it to the greatest number of its column, or more.';
comment on column reporting.check_sequence_behind.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_sequence_behind.currency is
'The currency.';
comment on column reporting.check_sequence_behind.reference is
'What to look up.';
comment on column reporting.check_sequence_behind.finding is
'What was found, in words and figures.';
