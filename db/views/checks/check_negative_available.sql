create or replace view reporting.check_negative_available
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'balance'::text as reference,
    format('available is %s', b.available) as finding
from reporting.restaurant_balances as b
where b.available < 0;

comment on view reporting.check_negative_available is
'warning: A restaurant owes money. Reason: Refunds and returns exceed what the restaurant has. '
'Later sales make it good, and payouts skip it until then. Remedy: Look whether the restaurant '
'still sells. If not, claim the money from it.';
comment on column reporting.check_negative_available.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_negative_available.currency is
'The currency.';
comment on column reporting.check_negative_available.reference is
'What to look up.';
comment on column reporting.check_negative_available.finding is
'What was found, in words and figures.';
