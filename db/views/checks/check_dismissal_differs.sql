create or replace view reporting.check_dismissal_differs
with (security_barrier) as
select
    d.restaurant_id,
    null::text as currency,
    coalesce(d.event_id, format('dismissal %s', d.dismissal_no)) as reference,
    format('%s %s, dismissed by %s: %s', d.status, d.code, d.actor, d.reason) as finding
from ledger.event_dismissals as d
left join ledger.event_rejections as r
    on d.restaurant_id = r.restaurant_id and d.rejection_no = r.rejection_no
where
    case
        when d.rejection_no is not null
            then
                (r.received_at, r.provider, r.event_id, r.status, r.code)
                is distinct from (d.received_at, d.provider, d.event_id, d.status, d.code)
        else
            d.status <> 'deferred'
            or d.code not like 'WAITS_FOR_%'
            or (d.restaurant_id, d.provider, d.event_id) is distinct from (
                d.payload ->> 'restaurant_id',
                coalesce(d.payload ->> 'provider', 'default'),
                d.payload ->> 'event_id'
            )
    end;

comment on view reporting.check_dismissal_differs is
'error: What was dismissed is not what was refused or waited. Reason: A dismissal names the '
'refusal and repeats whose it was, or keeps the document of what waited. Remedy: Compare with a '
'backup. replay_event decides again on what was dismissed.';
comment on column reporting.check_dismissal_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_dismissal_differs.currency is
'The currency.';
comment on column reporting.check_dismissal_differs.reference is
'What to look up.';
comment on column reporting.check_dismissal_differs.finding is
'What was found, in words and figures.';
