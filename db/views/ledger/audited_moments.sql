-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_moments as
select
    x.restaurant_id,
    x.currency,
    x.entry_seq,
    x.business_day,
    x.recorded_at,
    coalesce(x.occurred_at, p.created_at) as happened_at,
    o.business_day as not_before
from ledger.audited_postings as x
left join
    lateral (
        select y.*
        from ledger.payouts as y
        where
            y.restaurant_id = x.restaurant_id
            and y.payout_id = x.payout_id
            and x.event_no is null
        offset 0  -- noqa: AM09
    ) as p
    on true
left join
    lateral (
        select y.business_day
        from ledger.event_links as k
        inner join ledger.processor_events as a
            on k.restaurant_id = a.restaurant_id and k.about_event_no = a.event_no
        inner join ledger.ledger_entries as y
            on
                a.restaurant_id = y.restaurant_id
                and a.currency = y.currency
                and a.first_entry_seq = y.entry_seq
                and a.occurred_at <= y.recorded_at
        where
            k.restaurant_id = x.restaurant_id
            and k.event_no = x.event_no
            and x.event_type = 'event_reversed'
        offset 0  -- noqa: AM09
    ) as o
    on true
where coalesce(x.occurred_at, p.created_at) is not null;

comment on view ledger.audited_moments is
'When the entries that an audit looks at happened: an event when it occurred, a payout when it was '
'made. An entry of neither is found by a check of its own '
'(reporting.check_entry_without_event_or_payout).';
comment on column ledger.audited_moments.restaurant_id is 'The restaurant.';
comment on column ledger.audited_moments.currency is 'The currency.';
comment on column ledger.audited_moments.entry_seq is 'The entrys number within the account.';
comment on column ledger.audited_moments.business_day is 'The day to which it is booked.';
comment on column ledger.audited_moments.recorded_at is 'When it was recorded.';
comment on column ledger.audited_moments.happened_at is
'When its event occurred or its payout was made.';
comment on column ledger.audited_moments.not_before is
'The day of what it takes back, unless that was told ahead of the clock; null: of nothing.';
