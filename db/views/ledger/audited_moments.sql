create or replace view ledger.audited_moments as
select
    x.restaurant_id,
    x.currency,
    x.entry_seq,
    x.business_day,
    x.recorded_at,
    coalesce(x.occurred_at, p.created_at) as happened_at
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
