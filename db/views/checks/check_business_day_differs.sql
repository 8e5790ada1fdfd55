create or replace view reporting.check_business_day_differs
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format('is booked to %s and happened at %s', e.business_day, e.happened_at) as finding
from ledger.audited_moments as e
where
    not exists (
        select 1
        from ledger.setting_periods as s
        where
            s.restaurant_id = e.restaurant_id
            and s.currency = e.currency
            and s.after_seq < e.entry_seq
            and s.last_seq >= e.entry_seq
            and s.since <= e.recorded_at
            and s.until > e.recorded_at
            and (
                not s.is_known
                or e.business_day between
                ledger.business_day(
                    e.happened_at - interval '3 hours', s.timezone, s.day_close_hour
                )
                and greatest(
                    ledger.business_day(
                        e.happened_at + interval '3 hours', s.timezone, s.day_close_hour
                    ),
                    e.not_before
                )
            )
    );

comment on view reporting.check_business_day_differs is
'error: An entry is booked to a day on which it did not happen. Reason: The business day is the '
'restaurant''s local date of the event, less its closing hour, by the settings of its time '
'(setting_changes); a reversal is booked no earlier than what it takes back. More than three hours '
'off is no change of the time zone data. Remedy: Pause payouts of the restaurant, and compare the '
'entry with a backup; the event says when it happened.';
comment on column reporting.check_business_day_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_business_day_differs.currency is
'The currency.';
comment on column reporting.check_business_day_differs.reference is
'What to look up.';
comment on column reporting.check_business_day_differs.finding is
'What was found, in words and figures.';
