create or replace function ledger.measure_events(p_now timestamptz)
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_events(1)
 *     Metrics of events and of the inbox.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     a row a sample
 * Calls:  ledger.count_open_refusals
 * Reads:  the sequences of events, ledger.deferred_events, ledger.event_rejections,
 *         ledger.platform_settings, ledger.rejection_reasons
 */
with counted as (
    select
        coalesce(pg_sequence_last_value('ledger.processor_events_event_no_seq'), 0) as processed,
        coalesce(pg_sequence_last_value('ledger.event_rejections_rejection_no_seq'), 0) as refused,
        coalesce(pg_sequence_last_value('ledger.event_conflict_no_seq'), 0) as in_conflict,
        coalesce(pg_sequence_last_value('ledger.deferred_events_deferred_no_seq'), 0) as deferred
),

waiting as (
    select
        count(d.received_at) as items,
        min(d.received_at) as oldest_at,
        count(*) filter (
            where d.received_at < p_now - make_interval(hours => s.deferred_warning_hours)
        ) as overdue
    from ledger.platform_settings as s
    left join (
        select n.received_at
        from ledger.deferred_events as n
        order by
            n.received_at,
            n.deferred_no
        limit 10000
    ) as d on true
    group by s.deferred_warning_hours
)

select
    'cuenta_events_total',
    jsonb_build_object('status', s.status),
    s.events
from counted as c
cross join lateral (
    values
    ('processed', c.processed),
    ('rejected', greatest(c.refused - c.in_conflict, 0)),
    ('conflict', c.in_conflict),
    ('deferred', c.deferred)
) as s (status, events)
union all
select
    'cuenta_refusals_recent',
    jsonb_build_object('code', r.code),
    n.events
from ledger.rejection_reasons as r
cross join lateral (
    select count(*) as events
    from (
        select
        from ledger.event_rejections as e
        where e.code = r.code and e.received_at > p_now - interval '5 minutes'
        limit 1000
    ) as e
) as n
union all
select
    m.name,
    jsonb_build_object('status', s.status),
    m.value
from (values ('rejected'), ('conflict')) as s (status)
left join ledger.count_open_refusals(1000) as r on s.status = r.status
cross join lateral (
    values
    ('cuenta_inbox_open', coalesce(r.items, 0)),
    ('cuenta_inbox_oldest_age_seconds', coalesce(extract(epoch from p_now - r.oldest_at), 0))
) as m (name, value)
union all
select
    m.name,
    m.labels,
    m.value
from waiting as w
cross join lateral (
    values
    ('cuenta_inbox_open', '{"status": "deferred"}'::jsonb, w.items),
    (
        'cuenta_inbox_oldest_age_seconds',
        '{"status": "deferred"}',
        coalesce(extract(epoch from p_now - w.oldest_at), 0)
    ),
    ('cuenta_events_deferred_overdue', '{}', w.overdue)
) as m (name, labels, value);
$function$;

comment on function ledger.measure_events(timestamptz)
is 'Metrics of events and of the inbox.';
