create or replace view reporting.check_payout_waiting
with (security_barrier) as
select
    w.restaurant_id,
    w.currency,
    w.payout_id as reference,
    format(
        '%s has been CREATED since %s, it waits for %s',
        w.amount,
        w.created_at,
        case w.waits_for when 'disburser' then coalesce(w.submitted_by, '') else w.waits_for end
    ) as finding
from reporting.payouts_waiting as w;

comment on view reporting.check_payout_waiting is
'warning: A payout has been CREATED for longer than the platform waits. Reason: Its money is '
'reserved, and the restaurant has not got it: it was never handed over, a disburser died, or a '
'report is missing. Remedy: Ask the bank or the processor by payout_id. Report what became of '
'it, hand it over, or cancel it; time alone never releases money.';
comment on column reporting.check_payout_waiting.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_waiting.currency is
'The currency.';
comment on column reporting.check_payout_waiting.reference is
'What to look up.';
comment on column reporting.check_payout_waiting.finding is
'What was found, in words and figures.';
