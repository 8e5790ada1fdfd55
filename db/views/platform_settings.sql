create or replace view reporting.platform_settings
with (security_barrier = true)
as
select
    s.unknown_restaurants,
    s.default_timezone,
    s.payouts_waiting_hours,
    s.deferred_warning_hours,
    s.takes_test_events,
    s.seal_hours
from ledger.platform_settings as s;

comment on view reporting.platform_settings is
'The platform''s own settings, one row; set_platform_settings changes them.';
comment on column reporting.platform_settings.unknown_restaurants is
'What happens when an event names a restaurant that is not registered: register, hold_payouts '
'(registered with its payouts paused) or refuse.';
comment on column reporting.platform_settings.default_timezone is
'IANA name; the time zone of restaurants that are registered without one.';
comment on column reporting.platform_settings.payouts_waiting_hours is
'Hours that a payout may be CREATED before it is in reporting.payouts_waiting.';
comment on column reporting.platform_settings.deferred_warning_hours is
'Hours that an event may wait for what it refers to before the check event_deferred_long finds it.';
comment on column reporting.platform_settings.takes_test_events is
'Whether events of a test mode ("livemode": false) are taken.';
comment on column reporting.platform_settings.seal_hours is
'Hours that the last seal may be old before a worker seals and audits the book; 0: it never does.';
