create or replace view reporting.check_entry_after_closed_day
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s settles on %s, but an earlier payout had closed the days up to %s',
        e.entry_type,
        e.amount,
        e.settlement_day,
        e.closed_before
    ) as finding
from (
    select
        x.restaurant_id,
        x.currency,
        x.entry_seq,
        x.entry_type,
        x.amount,
        x.settlement_day,
        max(p.as_of) over (
            partition by x.restaurant_id, x.currency
            order by x.entry_seq
            rows between unbounded preceding and 1 preceding
        ) as closed_before
    from ledger.ledger_entries as x
    left join ledger.payouts as p
        on
            x.restaurant_id = p.restaurant_id
            and x.payout_id = p.payout_id
            and x.entry_type = 'PAYOUT_RESERVE'
) as e
where e.settlement_day <= e.closed_before;

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
