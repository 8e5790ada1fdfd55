create or replace view reporting.check_timezone_unknown
with (security_barrier) as
select
    r.restaurant_id,
    null::text as currency,
    'timezone'::text as reference,
    r.timezone as finding
from ledger.restaurants as r
where cardinality(ledger.known_timezones(array[r.timezone])) = 0

union all

select
    null::text as restaurant_id,
    null::text as currency,
    'default_timezone'::text as reference,
    s.default_timezone as finding
from ledger.platform_settings as s
where cardinality(ledger.known_timezones(array[s.default_timezone])) = 0;

comment on view reporting.check_timezone_unknown is
'warning: This server does not know a time zone. Reason: Time zones come with the server''s '
'operating system and differ between images. Events of such a restaurant are answered 503 and '
'sent again, and its payouts are skipped; everybody else goes on. Remedy: Install the missing '
'time zone on the server (tzdata), or set another one (set_restaurant, set_platform_settings).';
comment on column reporting.check_timezone_unknown.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_timezone_unknown.currency is
'The currency.';
comment on column reporting.check_timezone_unknown.reference is
'What to look up.';
comment on column reporting.check_timezone_unknown.finding is
'What was found, in words and figures.';
