create or replace view reporting.check_deferral_without_end
with (security_barrier) as
select
    w.restaurant_id,
    null::text as currency,
    w.event_id as reference,
    format('waited since %s, and is nowhere: %s', w.received_at, left((w.payload)::text, 300))
        as finding
from ledger.event_deferrals as w
where
    -- What had come to its end when it was audited may have lost it since: all of them are looked
    -- at when everything is.
    (
        ledger.audits_everything()
        or w.deferred_no >= (
            select coalesce(max(upper(j.numbers)), 0)
            from ledger.journal_seals as j
            inner join ledger.seals as s on j.seal_no = s.seal_no
            where j.journal = 'event_deferrals' and s.audited_at is not null
        )
    )
    and not exists (
        select 1
        from ledger.deferred_events as d
        where d.provider = w.provider and d.event_id = w.event_id
    )
    and not exists (
        select 1
        from ledger.processor_events as v
        where v.provider = w.provider and v.event_id = w.event_id
    )
    and not exists (
        select 1
        from ledger.event_rejections as r
        where
            r.event_id = w.event_id
            and r.provider = w.provider
            -- A conflict that is another document is of the same id and ends nothing.
            and (r.status = 'rejected' or r.payload = w.payload)
    )
    and not exists (
        select 1
        from ledger.event_dismissals as x
        where
            x.event_id = w.event_id
            and x.provider = w.provider
            and x.status = 'deferred'
    );

comment on view reporting.check_deferral_without_end is
'error: An event that waited is gone. Reason: What waits does so until it is posted, refused or '
'dismissed, and stands there then. Remedy: Have the processor send it again, and compare with a '
'backup: whoever removed it from what waits may have removed more.';
comment on column reporting.check_deferral_without_end.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_deferral_without_end.currency is
'The currency.';
comment on column reporting.check_deferral_without_end.reference is
'What to look up.';
comment on column reporting.check_deferral_without_end.finding is
'What was found, in words and figures.';
