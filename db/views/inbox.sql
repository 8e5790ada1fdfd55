create or replace view reporting.inbox
with (security_barrier) as
select
    i.event_id,
    i.provider,
    i.status,
    i.status in ('rejected', 'conflict', 'deferred') as is_open,
    i.code,
    coalesce(i.message, m.message) as message,
    i.details,
    case
        when jsonb_typeof(i.payload -> 'event_type') = 'string'
            then left(i.payload ->> 'event_type', 128)
    end as event_type,
    nullif(i.restaurant_id, '') as restaurant_id,
    case
        when jsonb_typeof(i.payload -> 'currency') = 'string'
            then left(i.payload ->> 'currency', 3)
    end as currency,
    case
        when
            jsonb_typeof(i.payload -> 'amount') = 'number'
            and i.payload -> 'amount' between '-9007199254740991' and '9007199254740991'
            and i.payload ->> 'amount' not like '%.%'
            then (i.payload -> 'amount')::bigint
    end as amount,
    least(i.received_at, t.first_received_at) as first_seen_at,
    greatest(i.received_at, i.last_received_at, t.last_received_at) as last_seen_at,
    i.deliveries + t.deliveries as deliveries,
    now() - least(i.received_at, t.first_received_at) as age,
    i.decided_at,
    i.actor,
    i.reason,
    i.rejection_no
from (
    -- The latest refusal of an event, unless the event was posted, or waits, since, or a person has
    -- dismissed it. Scalar subqueries, not joins: a look-up a row, in the order of the index.
    select
        r.event_id,
        r.provider,
        r.status,
        r.code,
        r.message,
        r.details,
        r.restaurant_id,
        r.received_at,
        null::timestamptz as last_received_at,
        coalesce(
            (
                select d.deliveries
                from ledger.deferred_events as d
                where d.event_id = r.event_id and d.provider = r.provider
            ),
            (r.event_id is null or r.provider is null)::integer
        ) as deliveries,
        null::timestamptz as decided_at,
        null::text as actor,
        null::text as reason,
        r.rejection_no,
        r.payload
    from ledger.event_rejections as r
    where
        (
            select max(n.rejection_no)
            from ledger.event_rejections as n
            where
                n.event_id = r.event_id
                and n.provider = r.provider
                and n.rejection_no > r.rejection_no
        ) is null
        and (
            select e.received_at
            from ledger.processor_events as e
            where
                e.event_id = r.event_id
                and e.provider = r.provider
                and e.received_at >= r.received_at
                and (e.received_at > r.received_at or r.status = 'rejected')
        ) is null
        and (
            select d.received_at
            from ledger.deferred_events as d
            where
                d.event_id = r.event_id
                and d.provider = r.provider
                and d.received_at >= r.received_at
                and (d.received_at > r.received_at or r.status = 'rejected')
        ) is null
        and (
            select max(x.rejection_no)
            from ledger.event_dismissals as x
            where
                x.event_id = r.event_id
                and x.provider = r.provider
                and x.rejection_no >= r.rejection_no
        ) is null
        and (
            r.event_id is not null and r.provider is not null
            or (
                select x.dismissal_no
                from ledger.event_dismissals as x
                where
                    x.restaurant_id = r.restaurant_id
                    and x.rejection_no = r.rejection_no
            ) is null
        )
    union all
    -- What waits, unless it was told otherwise since.
    select
        d.event_id,
        d.provider,
        'deferred',
        d.code,
        null,
        jsonb_build_object('event_type', d.first_type, 'subject_id', d.subject_id),
        d.restaurant_id,
        d.received_at,
        d.last_received_at,
        d.deliveries,
        null,
        null,
        null,
        null,
        d.payload
    from ledger.deferred_events as d
    where
        (
            select max(r.rejection_no)
            from ledger.event_rejections as r
            where
                r.event_id = d.event_id
                and r.provider = d.provider
                and r.received_at >= d.received_at
                and (r.received_at > d.received_at or r.status = 'conflict')
                and r.rejection_no > coalesce(
                    (
                        select max(x.rejection_no)
                        from ledger.event_dismissals as x
                        where x.event_id = d.event_id and x.provider = d.provider
                    ),
                    0
                )
        ) is null
    union all
    -- What a person had posted all the same, unless it was told otherwise since.
    select
        e.event_id,
        e.provider,
        'accepted',
        a.code,
        null,
        null,
        a.restaurant_id,
        e.received_at,
        null,
        0,
        a.accepted_at,
        a.actor,
        a.reason,
        null,
        e.payload
    from ledger.processor_events as e
    inner join ledger.event_acceptances as a
        on e.restaurant_id = a.restaurant_id and e.event_no = a.event_no
    where
        (
            select max(r.rejection_no)
            from ledger.event_rejections as r
            where
                r.event_id = e.event_id
                and r.provider = e.provider
                and r.received_at > a.accepted_at
        ) is null
    union all
    -- What was dismissed, unless it was told, posted or accepted since.
    select
        x.event_id,
        x.provider,
        'dismissed',
        x.code,
        r.message,
        r.details,
        x.restaurant_id,
        x.received_at,
        null,
        (r.rejection_no is null or x.event_id is null or x.provider is null)::integer,
        x.dismissed_at,
        x.actor,
        x.reason,
        x.rejection_no,
        coalesce(r.payload, x.payload)
    from ledger.event_dismissals as x
    left join ledger.event_rejections as r
        on x.restaurant_id = r.restaurant_id and x.rejection_no = r.rejection_no
    where
        (
            select max(n.dismissal_no)
            from ledger.event_dismissals as n
            where
                n.event_id = x.event_id
                and n.provider = x.provider
                and n.dismissal_no > x.dismissal_no
        ) is null
        and (
            select max(n.rejection_no)
            from ledger.event_rejections as n
            where
                n.event_id = x.event_id
                and n.provider = x.provider
                and case
                    when x.rejection_no is null then n.received_at > x.dismissed_at
                    else n.rejection_no > x.rejection_no
                end
        ) is null
        and (
            select d.received_at
            from ledger.deferred_events as d
            where d.event_id = x.event_id and d.provider = x.provider
        ) is null
        and (
            select e.received_at
            from ledger.processor_events as e
            left join ledger.event_acceptances as a
                on e.restaurant_id = a.restaurant_id and e.event_no = a.event_no
            where
                e.event_id = x.event_id
                and e.provider = x.provider
                and coalesce(a.accepted_at, e.received_at) >= x.dismissed_at
        ) is null
) as i
cross join
    lateral (
        select
            count(*) as deliveries,
            min(r.received_at) as first_received_at,
            max(r.received_at) as last_received_at
        from ledger.event_rejections as r
        where r.event_id = i.event_id and r.provider = i.provider
    ) as t
left join ledger.rejection_reasons as m on i.code = m.code;

comment on view reporting.inbox is
'Events that posted nothing and that somebody may have to look at, one row each with its latest '
'state: refused, in conflict with what is known, waiting; also those that a person has accepted or '
'dismissed. Deliveries whose event_id cannot be read are rows of their own.';
comment on column reporting.inbox.event_id is
'The processor''s id of it; null: none that could be read.';
comment on column reporting.inbox.provider is 'The processor; null: none that could be read.';
comment on column reporting.inbox.status is
'rejected: not valid or not allowed. conflict: its id, or what it tells of, is known with other '
'content. deferred: it waits for what it refers to. accepted: a person had it posted all the same. '
'dismissed: a person has closed it. The first three are open.';
comment on column reporting.inbox.is_open is
'Whether there is still something to do: not if it was posted since, accepted or dismissed.';
comment on column reporting.inbox.code is
'Why it posted nothing. docs/operations.md says what to do.';
comment on column reporting.inbox.message is 'The same in words.';
comment on column reporting.inbox.details is
'The facts that go with it; of what waits: the type and the subject of the event it waits for.';
comment on column reporting.inbox.event_type is 'As the document says.';
comment on column reporting.inbox.restaurant_id is
'As the document says; null: it names no valid one.';
comment on column reporting.inbox.currency is 'As the document says.';
comment on column reporting.inbox.amount is
'As the document says, in minor units; null: it has none that could be read.';
comment on column reporting.inbox.first_seen_at is 'When it was first received, or first refused.';
comment on column reporting.inbox.last_seen_at is 'When it was last told.';
comment on column reporting.inbox.deliveries is
'How often it was told and did not post; a replay counts, too.';
comment on column reporting.inbox.age is 'Since it was first seen.';
comment on column reporting.inbox.decided_at is 'When a person accepted or dismissed it.';
comment on column reporting.inbox.actor is 'Who did.';
comment on column reporting.inbox.reason is 'Why, in words.';
comment on column reporting.inbox.rejection_no is
'Number of the delivery that the row tells of; null: it waits, waited, or was accepted.';
