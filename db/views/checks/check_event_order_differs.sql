create or replace view reporting.check_event_order_differs
with (security_barrier) as
select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format(
        'event %s has entry %s, an earlier event up to entry %s',
        v.event_no, v.first_entry_seq, v.previous_seq
    ) as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.event_no,
        x.event_id,
        x.first_entry_seq,
        x.received_at,
        lag(x.first_entry_seq + x.entry_count - 1) over account as previous_seq,
        lag(x.received_at) over account as received_before
    from ledger.audited_events as x
    where x.entry_count > 0
    window account as (partition by x.restaurant_id, x.currency order by x.event_no)
) as v
where v.first_entry_seq <= v.previous_seq and v.received_at <> v.received_before;

comment on view reporting.check_event_order_differs is
'error: Events have their entries in another order than they were written. Reason: The events of '
'an account are written one after the other under its lock, numbers and entries alike; only those '
'of one array may be numbered in another order. Remedy: Compare the event named, and the one '
'before it, with a backup.';
comment on column reporting.check_event_order_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_event_order_differs.currency is
'The currency.';
comment on column reporting.check_event_order_differs.reference is
'What to look up.';
comment on column reporting.check_event_order_differs.finding is
'What was found, in words and figures.';
