-- sqlfluff:use_rust_parser:False
create or replace view reporting.check_entry_after_closed_day
with (security_barrier) as
-- The first payout that closed a day is made before any other of it; so each day looks up one.
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s settles on %s, but an earlier payout had closed the days up to %s',
        e.entry_type,
        e.amount,
        e.settlement_day,
        p.as_of
    ) as finding
from (
    select
        d.restaurant_id,
        d.currency,
        d.settlement_day,
        p.as_of,
        p.reserve_entry_seq
    from (
        select
            x.restaurant_id,
            x.currency,
            x.settlement_day,
            max(x.entry_seq) as last_entry_seq
        from ledger.audited_entries as x
        group by x.restaurant_id, x.currency, x.settlement_day
    ) as d
    cross join
        lateral (
            select
                x.as_of,
                x.reserve_entry_seq
            from ledger.payouts as x
            where
                x.restaurant_id = d.restaurant_id
                and x.currency = d.currency
                and x.as_of >= d.settlement_day
            order by x.as_of
            limit 1
        ) as p
    where d.last_entry_seq > p.reserve_entry_seq
    offset 0  -- noqa: AM09
) as p
inner join ledger.audited_entries as e
    on
        p.restaurant_id = e.restaurant_id
        and p.currency = e.currency
        and p.settlement_day = e.settlement_day
where e.entry_seq > p.reserve_entry_seq;

comment on view reporting.check_entry_after_closed_day is
'error: An entry settles on a day that a payout had closed. Reason: A payout closes all days '
'up to its as_of; later entries settle on the first open day. Else the entry belongs to a '
'payout that was made without it, and no payout ever pays it or takes it back. Remedy: The '
'money is still in the balance. Explain the entry to the restaurant; find what wrote it around '
'the functions.';
comment on column reporting.check_entry_after_closed_day.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_entry_after_closed_day.currency is
'The currency.';
comment on column reporting.check_entry_after_closed_day.reference is
'What to look up.';
comment on column reporting.check_entry_after_closed_day.finding is
'What was found, in words and figures.';
