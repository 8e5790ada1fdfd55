-- sqlfluff:use_rust_parser:False
create or replace view reporting.check_available_day_differs
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format('%s of %s is available on %s', e.entry_type, e.business_day, e.available_on) as finding
from ledger.audited_postings as e
cross join ledger.platform_settings as p
where
    e.event_type <> 'event_reversed'
    and not exists (
        select 1
        from ledger.rule_periods as r
        cross join ledger.setting_periods as s
        where
            r.event_type = e.event_type
            and r.subject_state = e.subject_state
            and r.after_event_no < e.event_no
            and r.since <= e.recorded_at
            and (r.last_event_no >= e.event_no or r.until > e.recorded_at)
            and s.restaurant_id = e.restaurant_id
            and s.currency = e.currency
            and s.after_seq < e.entry_seq
            and s.last_seq >= e.entry_seq
            and s.since <= e.recorded_at
            and s.until > e.recorded_at
            and (
                e.available_on = case
                    when not r.is_delayed then e.business_day
                    when e.told_available_on is null
                        then e.business_day + s.settlement_delay_days
                    else greatest(e.business_day, e.told_available_on::date)
                end
                -- Before that, what an event brought was not looked at.
                or (
                    e.event_no <= p.payments_since_no
                    and e.available_on = e.business_day + s.settlement_delay_days
                )
            )
    )

union all

select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s is available on %s, and %s', e.entry_type, e.available_on,
        coalesce('the payout is as of ' || p.as_of, 'what it takes back on ' || o.available_on)
    ) as finding
from ledger.audited_postings as e
left join
    lateral (
        select y.*
        from ledger.payouts as y
        where
            y.restaurant_id = e.restaurant_id
            and y.payout_id = e.payout_id
            and e.event_no is null
        offset 0  -- noqa: AM09
    ) as p
    on true
left join
    lateral (
        select y.*
        from ledger.event_links as y
        where
            y.restaurant_id = e.restaurant_id
            and y.event_no = e.event_no
            and e.event_type = 'event_reversed'
        offset 0  -- noqa: AM09
    ) as k
    on true
left join ledger.processor_events as a
    on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
left join ledger.ledger_entries as o
    on
        a.restaurant_id = o.restaurant_id
        and a.currency = o.currency
        and a.first_entry_seq = o.entry_seq
where coalesce(p.as_of, o.available_on) <> e.available_on;

comment on view reporting.check_available_day_differs is
'error: An entry is available on another day than it should be. Reason: Money in and its fee are '
'available after the restaurant''s settlement delay of their time (setting_changes), or on the '
'day that the event brings; a reversal when what it takes back is; everything else on its '
'business day, a payout on its as_of. Remedy: Pause payouts of the restaurant, and compare the '
'entry with a backup.';
comment on column reporting.check_available_day_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_available_day_differs.currency is
'The currency.';
comment on column reporting.check_available_day_differs.reference is
'What to look up.';
comment on column reporting.check_available_day_differs.finding is
'What was found, in words and figures.';
