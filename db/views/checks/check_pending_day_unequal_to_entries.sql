create or replace view reporting.check_pending_day_unequal_to_entries
with (security_barrier) as
-- An audit of what is new looks at the days to come, at the last ones, and at those of new entries:
-- at each with its sealed entries, which begin at its first one.
select
    coalesce(d.restaurant_id, e.restaurant_id) as restaurant_id,
    coalesce(d.currency, e.currency) as currency,
    coalesce(d.available_on, e.available_on)::text as reference,
    format(
        'the day has %s of entries %s to %s, the entries give %s of %s to %s',
        coalesce(d.amount, 0), d.first_entry_seq, d.last_entry_seq,
        coalesce(e.amount, 0), e.first_entry_seq, e.last_entry_seq
    ) as finding
from (
    select x.*
    from ledger.pending_days as x
    inner join ledger.audited_accounts as a
        on x.restaurant_id = a.restaurant_id and x.currency = a.currency  -- noqa: ST09
    where
        ledger.audits_everything()
        or x.available_on >= (now() at time zone 'UTC')::date - 3
        or x.last_entry_seq > a.after_seq
) as d
full join (
    -- What waits: money in and its fee, with a delay, or told ahead of its time.
    select
        a.restaurant_id,
        a.currency,
        x.available_on,
        sum(x.amount::numeric * t.balance_effect) as amount,
        min(x.entry_seq) as first_entry_seq,
        max(x.entry_seq) as last_entry_seq
    from ledger.audited_accounts as a
    cross join
        lateral (
            select min(coalesce(n.first_entry_seq, 1)) as entry_seq
            from ledger.pending_days as n
            where
                n.restaurant_id = a.restaurant_id
                and n.currency = a.currency
                and (
                    n.available_on >= (now() at time zone 'UTC')::date - 3
                    or n.last_entry_seq > a.after_seq
                )
                and not ledger.audits_everything()
        ) as f
    cross join
        lateral (
            select n.*
            from ledger.ledger_entries as n
            where
                n.restaurant_id = a.restaurant_id
                and n.currency = a.currency
                and n.entry_seq >= least(f.entry_seq, a.after_seq + 1)
                and n.entry_seq <= 9223372036854775807
            offset 0  -- noqa: AM09
        ) as x
    inner join ledger.entry_types as t on x.entry_type = t.entry_type
    left join ledger.audited_events as v
        on x.restaurant_id = v.restaurant_id and x.event_no = v.event_no
    where
        t.may_be_pending
        and (
            x.available_on > x.business_day
            or case
                when v.event_no is not null then v.occurred_at
                else (
                    select o.occurred_at
                    from ledger.processor_events as o
                    where o.restaurant_id = x.restaurant_id and o.event_no = x.event_no
                )
            end > x.recorded_at
        )
    group by a.restaurant_id, a.currency, a.after_seq, x.available_on
    having
        x.available_on >= (now() at time zone 'UTC')::date - 3
        or max(x.entry_seq) > a.after_seq
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
