create or replace view reporting.check_account_differs_from_restaurant
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'account'::text as reference,
    format(
        'has %s, %s, %s, closed: %s; the restaurant has %s, %s, %s, closed: %s',
        b.timezone, b.day_close_hour, b.settlement_delay_days, b.is_closed,
        r.timezone, r.day_close_hour, r.settlement_delay_days, r.closed_at is not null
    ) as finding
from ledger.account_balances as b
left join ledger.restaurants as r on b.restaurant_id = r.restaurant_id
where
    (b.timezone, b.day_close_hour, b.settlement_delay_days, b.is_closed)
    is distinct from
    (r.timezone, r.day_close_hour, r.settlement_delay_days, r.closed_at is not null);

comment on view reporting.check_account_differs_from_restaurant is
'error: An account has other settings than its restaurant. Reason: The settings that posting '
'needs are copied into the restaurant''s accounts by the functions that set them. Remedy: Set '
'the restaurant''s settings again (set_restaurant).';
comment on column reporting.check_account_differs_from_restaurant.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_account_differs_from_restaurant.currency is
'The currency.';
comment on column reporting.check_account_differs_from_restaurant.reference is
'What to look up.';
comment on column reporting.check_account_differs_from_restaurant.finding is
'What was found, in words and figures.';
