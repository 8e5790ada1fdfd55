create or replace view reporting.check_charge_without_its_payment
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    e.event_id as reference,
    format(
        'charge of %s names payment %s and is known by %s', e.amount, p.payment_id,
        coalesce(e.subject_id, 'none')
    ) as finding
from ledger.audited_events as e
cross join ledger.platform_settings as s
cross join
    lateral (
        select
            coalesce(
                e.payload ->> 'payment_id', e.payload -> 'metadata' ->> 'payment_id'
            ) as payment_id
    ) as p
where
    e.event_type = 'charge_succeeded'
    and e.subject_id is distinct from p.payment_id
    and (e.subject_id is not null or e.event_no > s.payments_since_no);

comment on view reporting.check_charge_without_its_payment is
'error: A charge is not known by the payment that it names. Reason: A payment is charged once, '
'and found, by what its charge keeps as its subject. Without it, the same payment told again is '
'charged again, and its refunds wait for ever. Remedy: Compare with a backup. Charges that were '
'posted before payments were known (platform_settings.payments_since) have none and are no '
'findings.';
comment on column reporting.check_charge_without_its_payment.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_charge_without_its_payment.currency is
'The currency.';
comment on column reporting.check_charge_without_its_payment.reference is
'What to look up.';
comment on column reporting.check_charge_without_its_payment.finding is
'What was found, in words and figures.';
