create or replace view reporting.payout_failure_codes
with (security_barrier) as
select
    c.code,
    c.is_permanent,
    c.description,
    c.what_to_do
from ledger.payout_failure_codes as c;

comment on view reporting.payout_failure_codes is
'Why payouts fail, as processors and banks call it, and what a person does then. A code that is '
'not here is taken for a transient one.';
comment on column reporting.payout_failure_codes.code is
'The code, compared without regard to case.';
comment on column reporting.payout_failure_codes.is_permanent is
'Whether the restaurant''s payouts in that currency are paused until somebody resumes them.';
comment on column reporting.payout_failure_codes.description is 'What it means, in a sentence.';
comment on column reporting.payout_failure_codes.what_to_do is 'What a person does then.';
