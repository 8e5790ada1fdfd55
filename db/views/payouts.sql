create or replace view reporting.payouts
with (security_barrier) as
select
    p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    p.amount,
    p.status,
    p.run_id,
    p.created_at,
    p.paid_at,
    p.failed_at,
    p.failure_reason
from ledger.payouts as p;

comment on view reporting.payouts is 'Payouts to restaurants and what became of them.';
comment on column reporting.payouts.as_of is
'The last settlement day that the payout pays; it closes all days up to it.';
comment on column reporting.payouts.amount is 'Minor units of the currency.';
comment on column reporting.payouts.status is
'CREATED: reserved, on its way; PAID: reached the bank; FAILED or CANCELED: available again.';
comment on column reporting.payouts.paid_at is 'When the processor says that it was paid.';
comment on column reporting.payouts.failed_at is
'When the processor says that it failed or was sent back.';
comment on column reporting.payouts.payout_id is 'Derived from restaurant, currency and as_of.';
comment on column reporting.payouts.restaurant_id is 'Who is paid.';
comment on column reporting.payouts.currency is 'The currency.';
comment on column reporting.payouts.run_id is 'The run that created it.';
comment on column reporting.payouts.created_at is 'When it was created.';
comment on column reporting.payouts.failure_reason is 'Why it failed, as the processor says.';
