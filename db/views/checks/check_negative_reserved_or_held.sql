create or replace view reporting.check_negative_reserved_or_held
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('reserved is %s, held is %s', b.reserved, b.held) as finding
from ledger.account_balances as b
where b.reserved < 0 or b.held < 0;

comment on view reporting.check_negative_reserved_or_held is
'error: Reserved or held money is negative. Reason: More was released than had been set aside. '
'Only the available balance may be negative: that is a debt. Remedy: Look for two releases of '
'one payout in the statement of the restaurant, and for findings of the other payout checks.';
comment on column reporting.check_negative_reserved_or_held.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_negative_reserved_or_held.currency is
'The currency.';
comment on column reporting.check_negative_reserved_or_held.reference is
'What to look up.';
comment on column reporting.check_negative_reserved_or_held.finding is
'What was found, in words and figures.';
