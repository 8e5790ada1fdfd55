create or replace view reporting.check_rejection_differs_from_document
with (security_barrier) as
select
    r.restaurant_id,
    null::text as currency,
    coalesce(r.event_id, format('rejection %s', r.rejection_no)) as reference,
    format(
        '%s %s of %s of %s; its document says %s',
        r.status, r.code, coalesce(r.event_id, '-'), r.restaurant_id,
        left((r.payload)::text, 300)
    ) as finding
from ledger.event_rejections as r
where
    r.event_id <> coalesce(r.payload ->> 'event_id', '')
    or (r.restaurant_id <> '' and r.restaurant_id <> coalesce(r.payload ->> 'restaurant_id', ''))
    or r.provider <> coalesce(r.payload ->> 'provider', 'default')
    or r.code is distinct from (
        select x.code
        from ledger.rejection_reasons as x
        where x.code = r.code
    )
    or (r.status = 'conflict') <> (r.code in ('EVENT_ID_REUSED', 'SUBJECT_REUSED'))
    or (
        r.code = 'EVENT_ID_REUSED'
        and not exists (
            select 1
            from ledger.processor_events as e
            where e.provider = r.provider and e.event_id = r.event_id
        )
        and not exists (
            select 1
            from ledger.deferred_events as e
            where e.provider = r.provider and e.event_id = r.event_id
        )
        and not exists (
            select 1
            from ledger.event_dismissals as e
            where e.provider = r.provider and e.event_id = r.event_id and e.status = 'deferred'
        )
        and not exists (
            select 1
            from ledger.event_rejections as e
            where
                e.event_id = r.event_id
                and e.provider = r.provider
                and e.code <> 'EVENT_ID_REUSED'
        )
    )
    or (
        r.code in ('SUBJECT_REUSED', 'TOLD_BEFORE')
        and not exists (
            select 1
            from ledger.processor_events as e
            where
                e.provider = r.provider
                and e.event_id = r.details ->> 'event_id'
                and e.restaurant_id = r.restaurant_id
        )
    );

comment on view reporting.check_rejection_differs_from_document is
'error: A refusal is not of the event that its document tells. Reason: Who sent what for whom is '
'read from the document, as far as it could be read; a conflict, and what was told before, is '
'about an event that is posted, waits, or was refused or dismissed, and stays. Remedy: Compare '
'with a backup. What was refused has moved no money; what is missing has.';
comment on column reporting.check_rejection_differs_from_document.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_rejection_differs_from_document.currency is
'The currency.';
comment on column reporting.check_rejection_differs_from_document.reference is
'What to look up.';
comment on column reporting.check_rejection_differs_from_document.finding is
'What was found, in words and figures.';
