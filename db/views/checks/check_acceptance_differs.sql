create or replace view reporting.check_acceptance_differs
with (security_barrier) as
select
    a.restaurant_id,
    e.currency,
    coalesce(e.event_id, format('event %s', a.event_no)) as reference,
    format(
        '%s accepted it at %s against %s; it was received at %s and posted at %s',
        a.actor, a.accepted_at, a.code, e.received_at, l.recorded_at
    ) as finding
from ledger.event_acceptances as a
left join ledger.processor_events as e
    on a.restaurant_id = e.restaurant_id and a.event_no = e.event_no
left join ledger.event_types as t on e.event_type = t.event_type
left join ledger.ledger_entries as l
    on
        e.restaurant_id = l.restaurant_id
        and e.currency = l.currency
        and e.first_entry_seq = l.entry_seq
left join ledger.ledger_entries as b
    on
        l.restaurant_id = b.restaurant_id
        and l.currency = b.currency
        and l.entry_seq - 1 = b.entry_seq
where
    e.event_no is null
    or a.code not in ('AMOUNT_EXCEEDS_PAYMENT', 'RESTAURANT_CLOSED')
    or (a.code = 'RESTAURANT_CLOSED' and not t.is_new_business)
    or (a.code = 'AMOUNT_EXCEEDS_PAYMENT' and t.is_new_business)
    or l.recorded_at <> greatest(a.accepted_at, b.recorded_at)
    or not exists (
        select 1
        from ledger.event_rejections as r
        where
            r.event_id = e.event_id
            and r.provider = e.provider
            and r.code = a.code
            and r.received_at = e.received_at
    );

comment on view reporting.check_acceptance_differs is
'error: An event was accepted that was not refused so, or not then. Reason: A person accepts what '
'a rule refused: the event was received when it was refused, is of the kind that such a rule is '
'for, and is posted when it is accepted, though not before the entry before it. By the clock of '
'the refusal that may be earlier: clocks are set back. Remedy: Ask the person who accepted it, and '
'compare with a backup.';
comment on column reporting.check_acceptance_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_acceptance_differs.currency is
'The currency.';
comment on column reporting.check_acceptance_differs.reference is
'What to look up.';
comment on column reporting.check_acceptance_differs.finding is
'What was found, in words and figures.';
