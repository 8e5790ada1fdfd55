create or replace view reporting.check_account_differs_from_last_entry
with (security_barrier) as
select
    b.restaurant_id,
    b.currency,
    'account'::text as reference,
    format(
        'knows entry %s of %s and an event of %s; the book has %s, %s, %s',
        b.last_entry_seq, b.last_entry_at, b.last_event_at,
        coalesce(e.last_entry_seq, 0), e.last_entry_at, v.last_event_at
    ) as finding
from ledger.account_balances as b
left join lateral (
    select
        x.entry_seq as last_entry_seq,
        x.recorded_at as last_entry_at
    from ledger.ledger_entries as x
    where x.restaurant_id = b.restaurant_id and x.currency = b.currency
    order by x.entry_seq desc
    limit 1
) as e on true
left join (
    select
        x.restaurant_id,
        x.currency,
        max(x.occurred_at) as last_event_at
    from ledger.audited_events as x
    where x.entry_count > 0
    group by x.restaurant_id, x.currency
) as v
    on b.restaurant_id = v.restaurant_id and b.currency = v.currency
left join ledger.audited_accounts as a
    on b.restaurant_id = a.restaurant_id and b.currency = a.currency
where
    b.last_entry_seq <> coalesce(e.last_entry_seq, 0)
    or b.last_entry_at is distinct from e.last_entry_at
    -- Whether an earlier one was later is not known without all of them.
    or (b.last_event_at is distinct from v.last_event_at and a.after_event_no = 0)
    or coalesce(b.last_event_at, '-infinity') < v.last_event_at
    -- Five minutes ahead when it was read, and recorded later: more than a clock ever steps back.
    or b.last_event_at > b.last_entry_at + interval '31 days';

comment on view reporting.check_account_differs_from_last_entry is
'error: The last entry or event that an account knows is not that of the book. Reason: The '
'number of its last entry is where the next posting goes on, the time of it what the next '
'entry is not recorded before, and the time of its last event is shown with the balance. '
'Remedy: Pause payouts of the restaurant. Somebody changed the account by hand; the entries '
'and events are the truth.';
comment on column reporting.check_account_differs_from_last_entry.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_account_differs_from_last_entry.currency is
'The currency.';
comment on column reporting.check_account_differs_from_last_entry.reference is
'What to look up.';
comment on column reporting.check_account_differs_from_last_entry.finding is
'What was found, in words and figures.';
