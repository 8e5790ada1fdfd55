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
    p.canceled_at,
    p.failure_code,
    p.failure_reason,
    p.submitted_at,
    p.submitted_by,
    p.external_id,
    p.confirmed_at,
    p.confirmed_by
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
comment on column reporting.payouts.canceled_at is 'When it was canceled.';
comment on column reporting.payouts.failure_code is
'The code of its failure, as the processor says; see reporting.payout_failure_codes.';
comment on column reporting.payouts.failure_reason is 'Why it failed, as the processor says.';
comment on column reporting.payouts.submitted_at is
'When a disburser took it; null: nobody has yet.';
comment on column reporting.payouts.submitted_by is 'Who took it.';
comment on column reporting.payouts.external_id is
'The bank''s or the processor''s own id of it.';
comment on column reporting.payouts.confirmed_at is
'When it was confirmed that the bank or the processor has it.';
comment on column reporting.payouts.confirmed_by is 'Who confirmed it.';
