create or replace view reporting.check_payment_overdrawn
with (security_barrier) as
select
    c.restaurant_id,
    c.currency,
    c.event_id as reference,
    format(
        'payment %s of %s: refunds and disputes take %s', c.subject_id, c.amount, s.taken
    ) as finding
from (
    select
        k.restaurant_id,
        k.payment_event_no,
        -sum(t.payment_effect * l.amount::numeric) as taken
    from ledger.event_links as k
    inner join ledger.processor_events as v
        on k.restaurant_id = v.restaurant_id and k.event_no = v.event_no
    inner join ledger.ledger_entries as l
        on
            v.restaurant_id = l.restaurant_id
            and v.currency = l.currency
            and v.first_entry_seq <= l.entry_seq
            and v.first_entry_seq + v.entry_count > l.entry_seq
    inner join ledger.entry_types as t on l.entry_type = t.entry_type
    where
        (k.restaurant_id, k.payment_event_no) in (
            select
                n.restaurant_id,
                n.payment_event_no
            from ledger.audited_links as n
        )
    group by k.restaurant_id, k.payment_event_no
) as s
inner join ledger.processor_events as c
    on s.restaurant_id = c.restaurant_id and s.payment_event_no = c.event_no
where
    s.taken > c.amount
    and not exists (
        select 1
        from ledger.event_links as k
        inner join ledger.event_acceptances as a
            on k.restaurant_id = a.restaurant_id and k.event_no = a.event_no
        where
            k.restaurant_id = s.restaurant_id
            and k.payment_event_no = s.payment_event_no
            and a.code = 'AMOUNT_EXCEEDS_PAYMENT'
    );

comment on view reporting.check_payment_overdrawn is
'error: More was refunded and disputed than a payment was charged. Reason: Refunds and disputes '
'that are open or lost take from their payment, and what would take more than is left is '
'refused, unless a person has it posted all the same. Remedy: api.get_payment shows everything '
'that was told of it. Ask the processor which of it is real, and find what wrote the rest around '
'the functions.';
comment on column reporting.check_payment_overdrawn.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payment_overdrawn.currency is
'The currency.';
comment on column reporting.check_payment_overdrawn.reference is
'What to look up.';
comment on column reporting.check_payment_overdrawn.finding is
'What was found, in words and figures.';
