create or replace view reporting.check_subject_state_differs
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        '%s found its subject %s; the events before it leave it %s',
        v.event_type, coalesce(v.subject_state, 'NEW'), coalesce(d.subject_state, 'unknown')
    ) as finding
from ledger.audited_events as v
inner join ledger.event_types as t on v.event_type = t.event_type
cross join ledger.platform_settings as s
left join ledger.audited_links as k
    on v.restaurant_id = k.restaurant_id and v.event_no = k.event_no
left join ledger.processor_events as a
    on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
left join ledger.ledger_entries as l
    on
        a.restaurant_id = l.restaurant_id
        and a.currency = l.currency
        and a.first_entry_seq = l.entry_seq
        and t.subject = 'event'
left join ledger.event_types as n on t.first_type = n.event_type
-- What was told before of the same refund, dispute or hold, as ledger.read_subject_state looks.
left join
    lateral (
        select
            e.event_type,
            e.occurred_at,
            u.reported_state,
            u.state_rank
        from ledger.event_links as x
        inner join ledger.processor_events as e
            on x.restaurant_id = e.restaurant_id and x.event_no = e.event_no
        inner join ledger.event_types as u on e.event_type = u.event_type
        where
            t.first_type <> v.event_type
            and x.restaurant_id = v.restaurant_id
            and x.about_event_no = k.about_event_no
            and x.event_no < v.event_no
            and (u.reported_state is not null or u.subject = 'event')
        order by (u.subject = 'event') desc, e.occurred_at desc, u.state_rank desc
        limit 1
    ) as f
    on true
cross join
    lateral (
        select
            case
                when t.subject = 'event' then l.entry_type
                when k.about_event_no is null or t.first_type = v.event_type then 'NEW'
                when f.event_type = 'event_reversed' then 'REVERSED'
                when
                    f.reported_state <> t.reported_state
                    and (v.occurred_at, t.state_rank) < (f.occurred_at, f.state_rank)
                    then 'OVERTAKEN'
                else coalesce(f.reported_state, n.reported_state)
            end as subject_state
    ) as d
where
    t.subject is distinct from 'payout'
    and coalesce(v.subject_state, 'NEW') is distinct from d.subject_state
    and (t.subject is distinct from 'payment' or v.subject_state is not null)
    and v.event_no > s.payments_since_no;

comment on view reporting.check_subject_state_differs is
'error: An event was decided in another state of its subject than the events before it leave. '
'Reason: What an event posts depends on the state of its refund, dispute, hold or payout, and '
'that state on what was told of it before, in its order. It is decided again here, from the '
'events. Remedy: Compare the events of the subject with a backup; the rule that was followed is '
'that of the state kept.';
comment on column reporting.check_subject_state_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_subject_state_differs.currency is
'The currency.';
comment on column reporting.check_subject_state_differs.reference is
'What to look up.';
comment on column reporting.check_subject_state_differs.finding is
'What was found, in words and figures.';
