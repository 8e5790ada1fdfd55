create or replace view ledger.audited_accounts as
select
    b.restaurant_id,
    b.currency,
    0::bigint as after_seq,
    0::bigint as after_event_no,
    null::bigint as after_seal_no,
    0::bigint as balance_before,
    0::bigint as reserved_before,
    0::bigint as held_before,
    null::timestamptz as recorded_before
from ledger.account_balances as b
where ledger.audits_everything()

union all

select
    b.restaurant_id,
    b.currency,
    coalesce(s.entry_seq, 0) as after_seq,
    greatest(s.event_no, l.settled_event_no) as after_event_no,
    s.seal_no as after_seal_no,
    coalesce(x.balance_after, 0) as balance_before,
    coalesce(x.reserved_after, 0) as reserved_before,
    coalesce(x.held_after, 0) as held_before,
    x.recorded_at as recorded_before
from ledger.account_balances as b
cross join (
    select
        coalesce(max(n.seal_no), 0) as seal_no,
        coalesce(max(n.settled_event_no), 0) as settled_event_no
    from ledger.seals as n
    where n.audited_at is not null
) as l
left join lateral (
    select
        n.entry_seq,
        n.event_no,
        n.seal_no
    from ledger.account_seals as n
    where
        n.restaurant_id = b.restaurant_id
        and n.currency = b.currency
        and n.seal_no <= l.seal_no
    order by n.seal_no desc
    limit 1
) as s on true
left join ledger.ledger_entries as x
    on
        b.restaurant_id = x.restaurant_id
        and b.currency = x.currency
        and s.entry_seq = x.entry_seq
where not ledger.audits_everything();

comment on view ledger.audited_accounts is
'Every account, with where an audit of it begins: after its last entry and event of the last '
'audited seal, or at the beginning where everything is looked at (ledger.audits_everything). '
'Checks read the views audited_* and never the tables where a row may be old: so they are the '
'same in both scopes, and in the smaller one as fast whatever the book holds. What such a row '
'refers to is read from the tables, by its key. Checks of present state (a balance that is '
'negative, a payout that waits) read the tables of that state.';
comment on column ledger.audited_accounts.restaurant_id is 'The restaurant.';
comment on column ledger.audited_accounts.currency is 'The currency.';
comment on column ledger.audited_accounts.after_seq is
'Its entries after this one are audited; 0: all of them.';
comment on column ledger.audited_accounts.after_event_no is
'Its events after this one are audited; 0: all of them.';
comment on column ledger.audited_accounts.after_seal_no is
'The seal that these are of; null: none.';
comment on column ledger.audited_accounts.balance_before is 'The balance after that entry.';
comment on column ledger.audited_accounts.reserved_before is 'What was reserved after it.';
comment on column ledger.audited_accounts.held_before is 'What was held after it.';
comment on column ledger.audited_accounts.recorded_before is
'When it was recorded; null: there is none.';
