create or replace view reporting.check_deferred_event_differs
with (security_barrier) as
select
    d.restaurant_id,
    d.currency,
    d.event_id as reference,
    format(
        '%s waits for %s %s since %s; its document says %s, and said %s at %s',
        d.event_type, d.first_type, d.subject_id, d.received_at,
        left((d.payload - 'metadata')::text, 300),
        coalesce(left((w.payload - 'metadata')::text, 300), 'nothing'),
        coalesce(w.received_at::text, 'no time')
    ) as finding
from ledger.deferred_events as d
left join ledger.event_deferrals as w
    on d.restaurant_id = w.restaurant_id and d.deferred_no = w.deferred_no
cross join lateral (select upper((d.payload ->> 'currency') collate "C") as currency) as u
where
    (d.provider, d.event_id, d.event_type, d.restaurant_id, d.currency)
    is distinct from (
        coalesce(d.payload ->> 'provider', 'default'),
        d.payload ->> 'event_id',
        d.payload ->> 'event_type',
        d.payload ->> 'restaurant_id',
        u.currency
    )
    or d.occurred_at is distinct from case
        when d.payload ->> 'occurred_at' like '____-__-__%__:__%'
            then ledger.read_time(d.payload ->> 'occurred_at')
    end
    or (d.code, d.first_type, d.subject_id) not in (
        (
            'WAITS_FOR_PAYMENT',
            'charge_succeeded',
            coalesce(d.payload ->> 'payment_id', d.payload -> 'metadata' ->> 'payment_id', '')
        ),
        (
            'WAITS_FOR_REFUND',
            'refund_succeeded',
            coalesce(d.payload ->> 'refund_id', d.payload -> 'metadata' ->> 'refund_id', '')
        ),
        (
            'WAITS_FOR_DISPUTE',
            'dispute_opened',
            coalesce(d.payload ->> 'dispute_id', d.payload -> 'metadata' ->> 'dispute_id', '')
        )
    )
    or (d.received_at, d.provider, d.event_id, d.payload)
    is distinct from (w.received_at, w.provider, w.event_id, w.payload)
    or d.deliveries < 1
    or (d.last_received_at is null) <> (d.deliveries = 1);

comment on view reporting.check_deferred_event_differs is
'error: An event that waits is not what its document says, not what was received, or waits for '
'something else. Reason: The columns of an event that waits are read from its document, it waits '
'for the payment, refund or dispute that the document names, by which it is found when that comes, '
'and document and time are kept a second time (event_deferrals), which is sealed. Remedy: Look '
'which of the two the seals know, compare with a backup, and have the processor send it again.';
comment on column reporting.check_deferred_event_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_deferred_event_differs.currency is
'The currency.';
comment on column reporting.check_deferred_event_differs.reference is
'What to look up.';
comment on column reporting.check_deferred_event_differs.finding is
'What was found, in words and figures.';
