create or replace view reporting.check_link_differs_from_document
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'is about event %s and of the payment of event %s; its document names %s and %s',
        coalesce(k.about_event_no::text, 'none'), coalesce(k.payment_event_no::text, 'none'),
        coalesce(d.about_event_no::text, 'none'), coalesce(d.payment_event_no::text, 'none')
    ) as finding
from ledger.audited_events as v
inner join ledger.event_types as t on v.event_type = t.event_type
cross join ledger.platform_settings as s
left join ledger.audited_links as k
    on v.restaurant_id = k.restaurant_id and v.event_no = k.event_no
left join ledger.processor_events as a
    on
        v.event_type <> t.first_type
        and coalesce(v.payload ->> t.subject_field, v.payload -> 'metadata' ->> t.subject_field)
        = a.subject_id
        and t.first_type = a.event_type
        and v.provider = a.provider
        and v.restaurant_id = a.restaurant_id
left join ledger.processor_events as r
    on
        t.subject = 'event'
        and v.payload ->> 'reversed_provider' = r.provider
        and v.payload ->> 'reversed_event_id' = r.event_id
        and v.restaurant_id = r.restaurant_id
left join ledger.event_links as f
    on
        v.restaurant_id = f.restaurant_id
        and coalesce(a.event_no, r.event_no) = f.event_no
left join ledger.processor_events as c
    on
        (t.subject is null or v.event_type = t.first_type)
        and coalesce(v.payload ->> 'payment_id', v.payload -> 'metadata' ->> 'payment_id')
        = c.subject_id
        and c.event_type = 'charge_succeeded'
        and v.provider = c.provider
        and v.restaurant_id = c.restaurant_id
cross join
    lateral (
        select
            coalesce(a.event_no, r.event_no) as about_event_no,
            case
                when r.event_type = 'charge_succeeded' then r.event_no
                when a.event_no is not null or r.event_no is not null then f.payment_event_no
                else c.event_no
            end as payment_event_no
    ) as d
where
    v.event_type <> 'charge_succeeded'
    and (k.about_event_no, k.payment_event_no)
    is distinct from (d.about_event_no, d.payment_event_no)
    -- What was posted before payments were known follows none.
    and (k.event_no is not null or v.event_no > s.payments_since_no);

comment on view reporting.check_link_differs_from_document is
'error: An event follows another one than its document names. Reason: A refund, a dispute or a '
'fee belongs to the payment it names, what follows a refund, dispute or hold to the event that '
'first told of it, a reversal to the event it takes back. What is left of a payment and what is '
'held are told by these links. Remedy: Compare with a backup; the document is what was received.';
comment on column reporting.check_link_differs_from_document.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_link_differs_from_document.currency is
'The currency.';
comment on column reporting.check_link_differs_from_document.reference is
'What to look up.';
comment on column reporting.check_link_differs_from_document.finding is
'What was found, in words and figures.';
