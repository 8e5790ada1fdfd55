create or replace view reporting.check_event_subject_differs
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'is of %s %s and payout %s; its document names %s and %s',
        coalesce(t.subject, 'nothing'), coalesce(v.subject_id, 'none'),
        coalesce(v.payout_id, 'none'), coalesce(d.subject_id, 'none'),
        coalesce(d.payout_id, 'none')
    ) as finding
from ledger.audited_events as v
inner join ledger.event_types as t on v.event_type = t.event_type
cross join ledger.platform_settings as s
left join ledger.event_links as k
    on
        v.restaurant_id = k.restaurant_id
        and v.event_no = k.event_no
        and k.is_reversal
left join ledger.processor_events as a
    on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
cross join
    lateral (
        select
            coalesce(
                v.payload ->> t.subject_field, v.payload -> 'metadata' ->> t.subject_field
            ) as named
    ) as n
cross join
    lateral (
        select
            case when t.first_type = v.event_type then n.named end as subject_id,
            case t.subject when 'payout' then n.named when 'event' then a.payout_id end as payout_id
    ) as d
where
    v.event_type <> 'charge_succeeded'
    and (
        v.payout_id is distinct from d.payout_id
        -- What was posted before such things were known may have none.
        or (
            v.subject_id is distinct from d.subject_id
            and (v.subject_id is not null or v.event_no > s.payments_since_no)
        )
    );

comment on view reporting.check_event_subject_differs is
'error: An event is kept under another refund, dispute, hold or payout than its document names. '
'Reason: What an event is the first to tell of, and the payout it is about, are found by these '
'columns: without them the same thing told again is posted again. Remedy: Compare with a backup. '
'Charges have a check of their own (charge_without_its_payment).';
comment on column reporting.check_event_subject_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_subject_differs.currency is
'The currency.';
comment on column reporting.check_event_subject_differs.reference is
'What to look up.';
comment on column reporting.check_event_subject_differs.finding is
'What was found, in words and figures.';
