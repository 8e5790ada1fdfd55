create or replace view reporting.check_business_day_near_midnight
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
                or e.business_day = greatest(
                    ledger.business_day(e.happened_at, s.timezone, s.day_close_hour), e.not_before
                )
            )
    );

comment on view reporting.check_business_day_near_midnight is
'warning: An entry that happened near the end of a day is booked to the other day. Reason: The '
'business day is the restaurant''s local date of the event, less its closing hour; a reversal '
'is booked no earlier than what it takes back. Time zone data that has changed since moves what '
'happened within an hour or so of a day''s end, and nothing else does. Remedy: If the server''s '
'time zone data is newer than the entry and that country changed its time, nothing. Else compare '
'the entry with a backup.';
comment on column reporting.check_business_day_near_midnight.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_business_day_near_midnight.currency is
'The currency.';
comment on column reporting.check_business_day_near_midnight.reference is
'What to look up.';
comment on column reporting.check_business_day_near_midnight.finding is
'What was found, in words and figures.';
