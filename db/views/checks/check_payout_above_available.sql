create or replace view reporting.check_payout_above_available
with (security_barrier) as
select
    p.restaurant_id,
    p.currency,
    p.payout_id as reference,
    format(
        'pays %s of a balance of %s, of which %s could be paid on %s',
        p.amount, p.balance, p.room, p.today
    ) as finding
from ledger.payout_rooms as p
where p.amount > p.room;

comment on view reporting.check_payout_above_available is
'error: A payout pays more than was available. Reason: A payout is never more than what had '
'settled, nor than the balance less what still waited for its day when it was made; that is '
'computed anew here. Remedy: Pause payouts of the restaurant. If the payout is under way, ask the '
'bank to stop it and cancel it.';
comment on column reporting.check_payout_above_available.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_payout_above_available.currency is
'The currency.';
comment on column reporting.check_payout_above_available.reference is
'What to look up.';
comment on column reporting.check_payout_above_available.finding is
'What was found, in words and figures.';
