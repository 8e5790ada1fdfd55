create or replace view ledger.audited_accounts as
select
    b.restaurant_id,
    b.currency,
    0::bigint as after_seq,
    0::bigint as after_event_no,
    0::bigint as balance_before,
    0::bigint as reserved_before,
    0::bigint as held_before,
    null::timestamptz as recorded_before
from ledger.account_balances as b
where ledger.audits_everything()

union all

select
    a.restaurant_id,
    a.currency,
    a.after_seq,
    a.after_event_no,
    coalesce(x.balance_after, 0) as balance_before,
    coalesce(x.reserved_after, 0) as reserved_before,
    coalesce(x.held_after, 0) as held_before,
    x.recorded_at as recorded_before
from
    unnest(
        ledger.read_audit_scope('restaurant_id'),
        ledger.read_audit_scope('currency'),
        ledger.read_audit_scope('after_seq')::bigint[],
        ledger.read_audit_scope('after_event_no')::bigint[]
    ) as a (restaurant_id, currency, after_seq, after_event_no)
left join ledger.ledger_entries as x
    on
        a.restaurant_id = x.restaurant_id
        and a.currency = x.currency
        and a.after_seq = x.entry_seq
where not ledger.audits_everything();

comment on view ledger.audited_accounts is
'Every account, with where an audit of it begins: after its last entry and event of the last '
'audited seal, as ledger.set_audit_scope has found it, or at the beginning where everything is '
'looked at (ledger.audits_everything). '
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
comment on column ledger.audited_accounts.balance_before is 'The balance after that entry.';
comment on column ledger.audited_accounts.reserved_before is 'What was reserved after it.';
comment on column ledger.audited_accounts.held_before is 'What was held after it.';
comment on column ledger.audited_accounts.recorded_before is
'When it was recorded; null: there is none.';
