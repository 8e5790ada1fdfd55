create or replace view reporting.check_pending_day_unequal_to_entries
with (security_barrier) as
select
    coalesce(d.restaurant_id, e.restaurant_id) as restaurant_id,
    coalesce(d.currency, e.currency) as currency,
    coalesce(d.available_on, e.available_on)::text as reference,
    format(
        'the day has %s of entries %s to %s, the entries give %s of %s to %s',
        coalesce(d.amount, 0), d.first_entry_seq, d.last_entry_seq,
        coalesce(e.amount, 0), e.first_entry_seq, e.last_entry_seq
    ) as finding
from ledger.pending_days as d
full join (
    -- What waits: money in and its fee, with a delay, or told ahead of its time.
    select
        x.restaurant_id,
        x.currency,
        x.available_on,
        sum(x.amount::numeric * t.balance_effect) as amount,
        min(x.entry_seq) as first_entry_seq,
        max(x.entry_seq) as last_entry_seq
    from ledger.ledger_entries as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    inner join ledger.processor_events as v
        on x.restaurant_id = v.restaurant_id and x.event_no = v.event_no
    where
        t.may_be_pending
        and (x.available_on > x.business_day or v.occurred_at > x.recorded_at)
    group by x.restaurant_id, x.currency, x.available_on
) as e
    on
        d.restaurant_id = e.restaurant_id
        and d.currency = e.currency
        and d.available_on = e.available_on
where
    coalesce(d.amount, 0) <> coalesce(e.amount, 0)
    -- Rows that are older than the two columns do not know them.
    or coalesce(d.first_entry_seq <> e.first_entry_seq, false)
    or coalesce(d.last_entry_seq <> e.last_entry_seq, false);

comment on view reporting.check_pending_day_unequal_to_entries is
'error: What becomes available on a day is not the sum of its entries. Reason: What is pending, '
'or was at some moment, is read from ledger.pending_days, one row a day of money that came with '
'a delay, with the first and the last entry of it; the entries are the truth. '
'Remedy: Pause payouts of the restaurant until the day has come or the row is right again.';
comment on column reporting.check_pending_day_unequal_to_entries.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_pending_day_unequal_to_entries.currency is
'The currency.';
comment on column reporting.check_pending_day_unequal_to_entries.reference is
'What to look up.';
comment on column reporting.check_pending_day_unequal_to_entries.finding is
'What was found, in words and figures.';
