-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_entries as
select
    e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.balance_after,
    e.reserved_after,
    e.held_after,
    e.event_no,
    e.payout_id,
    e.recorded_at,
    e.business_day,
    e.available_on,
    e.settlement_day
from ledger.ledger_entries as e
where ledger.audits_everything()

union all

-- The upper bound is none: two bounds are taken for a small part of the account's entries by the
-- planner, one for a third of them, and it would rather read the whole table.
select
    e.restaurant_id,
    e.currency,
    e.entry_seq,
    e.entry_type,
    e.amount,
    e.balance_after,
    e.reserved_after,
    e.held_after,
    e.event_no,
    e.payout_id,
    e.recorded_at,
    e.business_day,
    e.available_on,
    e.settlement_day
from ledger.audited_accounts as a
cross join
    lateral (
        select x.*
        from ledger.ledger_entries as x
        where
            x.restaurant_id = a.restaurant_id
            and x.currency = a.currency
            and x.entry_seq > a.after_seq
            and x.entry_seq <= 9223372036854775807
        offset 0  -- noqa: AM09
    ) as e
where not ledger.audits_everything();

comment on view ledger.audited_entries is
'The entries that an audit looks at: of each account those after its last audited seal, or all. '
'Entries of an account that is not there are found by a check of its own '
'(reporting.check_account_missing).';
comment on column ledger.audited_entries.restaurant_id is 'The restaurant.';
comment on column ledger.audited_entries.currency is 'The currency.';
comment on column ledger.audited_entries.entry_seq is 'The entrys number within the account.';
comment on column ledger.audited_entries.entry_type is 'See ledger.entry_types.';
comment on column ledger.audited_entries.amount is 'Minor units.';
comment on column ledger.audited_entries.balance_after is 'The balance after it.';
comment on column ledger.audited_entries.reserved_after is 'What is reserved after it.';
comment on column ledger.audited_entries.held_after is 'What is held after it; null: 0.';
comment on column ledger.audited_entries.event_no is
'The event that caused it; null: a payout run did.';
comment on column ledger.audited_entries.payout_id is 'The payout it belongs to, if it does.';
comment on column ledger.audited_entries.recorded_at is 'When it was recorded.';
comment on column ledger.audited_entries.business_day is 'The day of its event.';
comment on column ledger.audited_entries.available_on is 'From this day it counts.';
comment on column ledger.audited_entries.settlement_day is 'The day under which it is paid.';
