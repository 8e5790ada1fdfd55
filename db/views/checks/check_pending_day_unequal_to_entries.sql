-- sqlfluff:use_rust_parser:False
create or replace view reporting.check_pending_day_unequal_to_entries
with (security_barrier) as
-- What waits: money in and its fee, with a delay, or told ahead of its time. An audit of what is
-- new looks at the days to come, at the last ones, and at those of new entries: at each with its
-- sealed entries, which begin at its first one.
with fresh as (
    select
        e.restaurant_id,
        e.currency,
        e.available_on,
        sum(e.amount::numeric * t.balance_effect) as amount,
        min(e.entry_seq) as first_entry_seq,
        max(e.entry_seq) as last_entry_seq
    from ledger.audited_postings as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where
        t.may_be_pending
        and (e.available_on > e.business_day or e.occurred_at > e.recorded_at)
    group by e.restaurant_id, e.currency, e.available_on
),

stored as (
    select x.*
    from ledger.pending_days as x
    where ledger.audits_everything()
    union all
    select x.*
    from ledger.audited_accounts as a
    cross join
        lateral (
            select n.*
            from ledger.pending_days as n
            where
                n.restaurant_id = a.restaurant_id
                and n.currency = a.currency
                and n.available_on >= (now() at time zone 'UTC')::date - 3
                and n.available_on <= 'infinity'
            offset 0  -- noqa: AM09
        ) as x
    where not ledger.audits_everything()
    union all
    select x.*
    from fresh as f
    cross join
        lateral (
            select n.*
            from ledger.pending_days as n
            where
                n.restaurant_id = f.restaurant_id
                and n.currency = f.currency
                and n.available_on = f.available_on
            offset 0  -- noqa: AM09
        ) as x
    where
        not ledger.audits_everything()
        and f.available_on < (now() at time zone 'UTC')::date - 3
),

sealed as (
    select
        a.restaurant_id,
        a.currency,
        x.available_on,
        x.amount * x.balance_effect as amount,
        x.entry_seq
    from ledger.audited_accounts as a
    inner join (
        select
            n.restaurant_id,
            n.currency,
            min(coalesce(n.first_entry_seq, 1)) as entry_seq
        from stored as n
        group by n.restaurant_id, n.currency
    ) as f
        on a.restaurant_id = f.restaurant_id and a.currency = f.currency
    cross join
        lateral (
            select
                n.available_on,
                n.amount::numeric as amount,
                n.entry_seq,
                t.balance_effect
            from ledger.ledger_entries as n
            inner join ledger.entry_types as t on n.entry_type = t.entry_type
            where
                n.restaurant_id = a.restaurant_id
                and n.currency = a.currency
                and n.entry_seq >= f.entry_seq
                and n.entry_seq <= a.after_seq
                and t.may_be_pending
                and (
                    n.available_on > n.business_day
                    or (
                        select o.occurred_at
                        from ledger.processor_events as o
                        where o.restaurant_id = n.restaurant_id and o.event_no = n.event_no
                    ) > n.recorded_at
                )
            offset 0  -- noqa: AM09
        ) as x
    where not ledger.audits_everything()
)

select
    coalesce(d.restaurant_id, e.restaurant_id) as restaurant_id,
    coalesce(d.currency, e.currency) as currency,
    coalesce(d.available_on, e.available_on)::text as reference,
    format(
        'the day has %s of entries %s to %s, the entries give %s of %s to %s',
        coalesce(d.amount, 0), d.first_entry_seq, d.last_entry_seq,
        coalesce(e.amount, 0), e.first_entry_seq, e.last_entry_seq
    ) as finding
from stored as d
full join (
    select
        x.restaurant_id,
        x.currency,
        x.available_on,
        sum(x.amount) as amount,
        min(x.first_entry_seq) as first_entry_seq,
        max(x.last_entry_seq) as last_entry_seq
    from (
        select
            f.*,
            true as is_looked_at
        from fresh as f
        union all
        select
            o.restaurant_id,
            o.currency,
            o.available_on,
            sum(o.amount),
            min(o.entry_seq),
            max(o.entry_seq),
            o.available_on >= (now() at time zone 'UTC')::date - 3
        from sealed as o
        group by o.restaurant_id, o.currency, o.available_on
    ) as x
    group by x.restaurant_id, x.currency, x.available_on
    having bool_or(x.is_looked_at)
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
