create or replace view ledger.audited_moments as
select
    x.restaurant_id,
    x.currency,
    x.entry_seq,
    x.business_day,
    x.recorded_at,
    coalesce(v.occurred_at, p.created_at) as happened_at
from ledger.audited_entries as x
left join ledger.processor_events as v
    on x.restaurant_id = v.restaurant_id and x.event_no = v.event_no
left join ledger.payouts as p
    on
        x.restaurant_id = p.restaurant_id
        and x.payout_id = p.payout_id
        and x.event_no is null
where coalesce(v.occurred_at, p.created_at) is not null;

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
