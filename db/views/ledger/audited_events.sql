-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_events as
select
    v.restaurant_id,
    v.event_no,
    v.currency,
    v.provider,
    v.event_id,
    v.event_type,
    v.amount,
    v.fee,
    v.occurred_at,
    v.received_at,
    v.first_entry_seq,
    v.entry_count,
    v.subject_state,
    v.subject_id,
    v.payout_id,
    v.payload
from ledger.processor_events as v
where ledger.audits_everything()

union all

-- As in audited_entries.
select
    v.restaurant_id,
    v.event_no,
    v.currency,
    v.provider,
    v.event_id,
    v.event_type,
    v.amount,
    v.fee,
    v.occurred_at,
    v.received_at,
    v.first_entry_seq,
    v.entry_count,
    v.subject_state,
    v.subject_id,
    v.payout_id,
    v.payload
from ledger.audited_accounts as a
cross join
    lateral (
        select x.*
        from ledger.processor_events as x
        where
            x.restaurant_id = a.restaurant_id
            and x.event_no > a.after_event_no
            and x.event_no <= 9223372036854775807
            and x.currency = a.currency
        offset 0  -- noqa: AM09
    ) as v
where not ledger.audits_everything();

comment on view ledger.audited_events is
'The events that an audit looks at: of each account those after its last audited seal, or all. '
'Events of an account that is not there are found by a check of its own '
'(reporting.check_account_missing).';
comment on column ledger.audited_events.restaurant_id is 'The restaurant.';
comment on column ledger.audited_events.event_no is 'Internal number.';
comment on column ledger.audited_events.currency is 'The currency.';
comment on column ledger.audited_events.provider is 'Who sent it.';
comment on column ledger.audited_events.event_id is 'Its id there.';
comment on column ledger.audited_events.event_type is 'See ledger.event_types.';
comment on column ledger.audited_events.amount is 'As it says, in minor units.';
comment on column ledger.audited_events.fee is 'As it says, in minor units.';
comment on column ledger.audited_events.occurred_at is 'When it happened.';
comment on column ledger.audited_events.received_at is 'When it was received.';
comment on column ledger.audited_events.first_entry_seq is
'The first of its entries; null: it has none.';
comment on column ledger.audited_events.entry_count is 'How many entries it posted.';
comment on column ledger.audited_events.subject_state is
'The state of its subject before it; null: NEW.';
comment on column ledger.audited_events.subject_id is 'What it is the first to tell of.';
comment on column ledger.audited_events.payout_id is 'The payout it is about.';
comment on column ledger.audited_events.payload is 'The document.';
