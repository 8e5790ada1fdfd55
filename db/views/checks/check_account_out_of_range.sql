create or replace view reporting.check_account_out_of_range
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('balance %s, reserved %s, held %s', b.balance, b.reserved, b.held) as finding
from ledger.account_balances as b
where
    b.balance not between -9007199254740991 and 9007199254740991
    or b.reserved > 9007199254740991
    or b.held > 9007199254740991;

comment on view reporting.check_account_out_of_range is
'error: A balance is past what can be written exactly. Reason: Every JSON reader holds integers '
'up to 2^53 - 1, and what would go past it is refused. Remedy: Pause payouts of the restaurant, '
'and find what moved the account around the functions.';
comment on column reporting.check_account_out_of_range.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_account_out_of_range.currency is
'The currency.';
comment on column reporting.check_account_out_of_range.reference is
'What to look up.';
comment on column reporting.check_account_out_of_range.finding is
'What was found, in words and figures.';
