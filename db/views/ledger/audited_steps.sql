-- sqlfluff:use_rust_parser:False
create or replace view ledger.audited_steps as
select
    s.restaurant_id,
    s.currency,
    s.entry_seq,
    s.entry_type,
    s.amount,
    s.balance_after,
    s.reserved_after,
    s.held_after,
    s.recorded_at,
    s.business_day,
    s.available_on,
    s.settlement_day,
    s.event_no,
    s.payout_id,
    s.previous_seq,
    s.balance_before,
    s.reserved_before,
    s.held_before,
    s.recorded_before,
    s.closed_through,
    s.is_last
from (
    select
        e.restaurant_id,
        e.currency,
        e.entry_seq,
        e.entry_type,
        e.amount,
        e.balance_after,
        e.reserved_after,
        coalesce(e.held_after, 0) as held_after,
        e.recorded_at,
        e.business_day,
        e.available_on,
        e.settlement_day,
        e.event_no,
        e.payout_id,
        lag(e.entry_seq, 1, 0::bigint) over account as previous_seq,
        lag(e.balance_after, 1, 0::bigint) over account as balance_before,
        lag(e.reserved_after, 1, 0::bigint) over account as reserved_before,
        lag(coalesce(e.held_after, 0), 1, 0::bigint) over account as held_before,
        lag(e.recorded_at) over account as recorded_before,
        -- A payout's reserve settles on the last day that it closes.
        max(e.settlement_day) filter (where e.entry_type = 'PAYOUT_RESERVE') over (
            account rows between unbounded preceding and 1 preceding
        ) as closed_through,
        lead(e.entry_seq) over account is null as is_last
    from ledger.ledger_entries as e
    where ledger.audits_everything()
    window account as (partition by e.restaurant_id, e.currency order by e.entry_seq)
) as s

union all

select
    a.restaurant_id,
    a.currency,
    s.entry_seq,
    s.entry_type,
    s.amount,
    s.balance_after,
    s.reserved_after,
    s.held_after,
    s.recorded_at,
    s.business_day,
    s.available_on,
    s.settlement_day,
    s.event_no,
    s.payout_id,
    s.previous_seq,
    s.balance_before,
    s.reserved_before,
    s.held_before,
    s.recorded_before,
    s.closed_through,
    s.is_last
from (
    select
        x.*,
        (
            select p.as_of
            from ledger.payouts as p
            where
                p.restaurant_id = x.restaurant_id
                and p.currency = x.currency
                and p.reserve_entry_seq <= x.after_seq
            order by p.as_of desc
            limit 1
        ) as closed_through
    from ledger.audited_accounts as x
    offset 0  -- noqa: AM09
) as a
cross join
    lateral (
        select
            e.entry_seq,
            e.entry_type,
            e.amount,
            e.balance_after,
            e.reserved_after,
            coalesce(e.held_after, 0) as held_after,
            e.recorded_at,
            e.business_day,
            e.available_on,
            e.settlement_day,
            e.event_no,
            e.payout_id,
            lag(e.entry_seq, 1, a.after_seq) over account as previous_seq,
            lag(e.balance_after, 1, a.balance_before) over account as balance_before,
            lag(e.reserved_after, 1, a.reserved_before) over account as reserved_before,
            lag(coalesce(e.held_after, 0), 1, a.held_before) over account as held_before,
            lag(e.recorded_at, 1, a.recorded_before) over account as recorded_before,
            greatest(
                max(e.settlement_day) filter (where e.entry_type = 'PAYOUT_RESERVE') over (
                    account rows between unbounded preceding and 1 preceding
                ),
                a.closed_through
            ) as closed_through,
            lead(e.entry_seq) over account is null as is_last
        from ledger.ledger_entries as e
        where
            e.restaurant_id = a.restaurant_id
            and e.currency = a.currency
            and e.entry_seq > a.after_seq
            and e.entry_seq <= 9223372036854775807
        window account as (order by e.entry_seq)
    ) as s
where not ledger.audits_everything();

comment on view ledger.audited_steps is
'The entries that an audit looks at, each with what the one before it left, also where that one is '
'in the audited seal.';
comment on column ledger.audited_steps.restaurant_id is 'The restaurant.';
comment on column ledger.audited_steps.currency is 'The currency.';
comment on column ledger.audited_steps.entry_seq is 'The entrys number within the account.';
comment on column ledger.audited_steps.entry_type is 'See ledger.entry_types.';
comment on column ledger.audited_steps.amount is 'Minor units.';
comment on column ledger.audited_steps.balance_after is 'The balance after it.';
comment on column ledger.audited_steps.reserved_after is 'What is reserved after it.';
comment on column ledger.audited_steps.held_after is 'What is held after it.';
comment on column ledger.audited_steps.payout_id is 'The payout it belongs to, if it does.';
comment on column ledger.audited_steps.recorded_at is 'When it was recorded.';
comment on column ledger.audited_steps.business_day is 'The day of its event.';
comment on column ledger.audited_steps.available_on is 'From this day it counts.';
comment on column ledger.audited_steps.event_no is
'The event that caused it; null: a payout run did.';
comment on column ledger.audited_steps.closed_through is
'The last day that payouts before it had closed; null: none.';
comment on column ledger.audited_steps.settlement_day is 'The day under which it is paid.';
comment on column ledger.audited_steps.previous_seq is
'The number of the entry before it; 0: there is none.';
comment on column ledger.audited_steps.balance_before is 'The balance that entry left.';
comment on column ledger.audited_steps.reserved_before is 'What it left reserved.';
comment on column ledger.audited_steps.held_before is 'What it left held.';
comment on column ledger.audited_steps.recorded_before is
'When it was recorded; null: there is none.';
comment on column ledger.audited_steps.is_last is 'Whether the account has no later entry.';
