-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_postings as
select
    e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.recorded_at,
    e.recorded_before,
    e.business_day,
    e.available_on,
    e.settlement_day,
    e.event_no,
    e.payout_id,
    v.event_no is not null as is_there,
    v.currency as event_currency,
    v.provider,
    v.event_id,
    v.event_type,
    v.amount as event_amount,
    v.fee,
    v.occurred_at,
    v.received_at,
    v.first_entry_seq,
    v.entry_count,
    coalesce(v.subject_state, 'NEW') as subject_state,
    v.payout_id as event_payout_id,
    v.payload ->> 'available_on' as told_available_on
from ledger.audited_steps as e
left join ledger.processor_events as v
    on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
where ledger.audits_everything()

union all

-- Most of what is new is of a new event. A full join is hashed or merged, however few rows the
-- planner expects: never one look-up, or a reading of all the others, for each.
select
    e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.recorded_at,
    e.recorded_before,
    e.business_day,
    e.available_on,
    e.settlement_day,
    e.event_no,
    e.payout_id,
    coalesce(e.new_event_no, o.event_no) is not null as is_there,
    coalesce(e.event_currency, o.currency) as event_currency,
    coalesce(e.provider, o.provider) as provider,
    coalesce(e.event_id, o.event_id) as event_id,
    coalesce(e.event_type, o.event_type) as event_type,
    coalesce(e.event_amount, o.amount) as event_amount,
    coalesce(e.fee, o.fee) as fee,
    coalesce(e.occurred_at, o.occurred_at) as occurred_at,
    coalesce(e.received_at, o.received_at) as received_at,
    coalesce(e.first_entry_seq, o.first_entry_seq) as first_entry_seq,
    coalesce(e.entry_count, o.entry_count) as entry_count,
    coalesce(e.subject_state, o.subject_state, 'NEW') as subject_state,
    coalesce(e.event_payout_id, o.payout_id) as event_payout_id,
    coalesce(e.told_available_on, o.payload ->> 'available_on') as told_available_on
from (
    select
        x.restaurant_id,
        x.currency,
        x.entry_seq,
        x.entry_type,
        x.amount,
        x.recorded_at,
        x.recorded_before,
        x.business_day,
        x.available_on,
        x.settlement_day,
        x.event_no,
        x.payout_id,
        v.event_no as new_event_no,
        v.currency as event_currency,
        v.provider,
        v.event_id,
        v.event_type,
        v.amount as event_amount,
        v.fee,
        v.occurred_at,
        v.received_at,
        v.first_entry_seq,
        v.entry_count,
        v.subject_state,
        v.payout_id as event_payout_id,
        v.payload ->> 'available_on' as told_available_on
    from (
        select
            s.*,
            true as is_entry
        from ledger.audited_steps as s
    ) as x
    full join ledger.audited_events as v
        on x.restaurant_id = v.restaurant_id and x.event_no = v.event_no
    where coalesce(x.is_entry, false)
    offset 0  -- noqa: AM09
) as e
left join
    lateral (
        select v.*
        from ledger.processor_events as v
        where
            v.restaurant_id = e.restaurant_id
            and v.event_no = e.event_no
            and e.new_event_no is null
        offset 0  -- noqa: AM09
    ) as o
    on true
where not ledger.audits_everything();

comment on view ledger.audited_postings is
'The entries that an audit looks at, each with the event that caused it, new or old, if there is '
'one.';
comment on column ledger.audited_postings.restaurant_id is 'The restaurant.';
comment on column ledger.audited_postings.currency is 'The currency.';
comment on column ledger.audited_postings.entry_seq is 'The entrys number within the account.';
comment on column ledger.audited_postings.entry_type is 'See ledger.entry_types.';
comment on column ledger.audited_postings.amount is 'Minor units.';
comment on column ledger.audited_postings.recorded_at is 'When it was recorded.';
comment on column ledger.audited_postings.recorded_before is
'When the entry before it was recorded; null: there is none.';
comment on column ledger.audited_postings.business_day is 'The day of its event.';
comment on column ledger.audited_postings.available_on is 'From this day it counts.';
comment on column ledger.audited_postings.settlement_day is 'The day under which it is paid.';
comment on column ledger.audited_postings.event_no is
'The event that it names; null: a payout run made it.';
comment on column ledger.audited_postings.payout_id is 'The payout it belongs to, if it does.';
comment on column ledger.audited_postings.is_there is 'Whether that event is there.';
comment on column ledger.audited_postings.event_currency is 'The events currency.';
comment on column ledger.audited_postings.provider is 'Who sent the event.';
comment on column ledger.audited_postings.event_id is 'Its id there.';
comment on column ledger.audited_postings.event_type is 'See ledger.event_types.';
comment on column ledger.audited_postings.event_amount is 'As the event says, in minor units.';
comment on column ledger.audited_postings.fee is 'As the event says, in minor units.';
comment on column ledger.audited_postings.occurred_at is 'When the event happened.';
comment on column ledger.audited_postings.received_at is 'When the event was received.';
comment on column ledger.audited_postings.first_entry_seq is
'The first of the events entries; null: it has none.';
comment on column ledger.audited_postings.entry_count is 'How many entries the event posted.';
comment on column ledger.audited_postings.subject_state is
'The state of the events subject before it.';
comment on column ledger.audited_postings.event_payout_id is 'The payout that the event is about.';
comment on column ledger.audited_postings.told_available_on is
'The day that the event brought, as text.';
