create or replace view reporting.payout_claims
with (security_barrier) as
select
    p.submitted_by,
    p.payout_id,
    p.restaurant_id,
    p.currency,
    p.as_of,
    p.amount,
    p.submitted_at,
    now() - p.submitted_at as age
from ledger.payouts as p
where
    p.status = 'CREATED'
    and p.submitted_at is not null
    and p.confirmed_at is null;

comment on view reporting.payout_claims is
'Payouts that a disburser has taken and nobody has confirmed: under way to the bank at this '
'moment, or, if they are old, left behind by a disburser that died.';
comment on column reporting.payout_claims.submitted_by is 'Who took it.';
comment on column reporting.payout_claims.payout_id is
'The payout; also the key under which to ask the bank or the processor whether it has it.';
comment on column reporting.payout_claims.restaurant_id is 'Who is to be paid.';
comment on column reporting.payout_claims.currency is 'The currency.';
comment on column reporting.payout_claims.as_of is 'The last settlement day that the payout pays.';
comment on column reporting.payout_claims.amount is 'Minor units of the currency.';
comment on column reporting.payout_claims.submitted_at is 'When it was taken.';
comment on column reporting.payout_claims.age is 'How long ago that is.';
