create or replace view reporting.check_settlement_day_differs
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s is available on %s and settles on %s; days were closed up to %s',
        e.entry_type, e.amount, e.available_on, e.settlement_day, e.closed_through
    ) as finding
from ledger.audited_steps as e
where e.settlement_day <> coalesce(greatest(e.available_on, e.closed_through + 1), e.available_on);

comment on view reporting.check_settlement_day_differs is
'error: An entry settles on another day than it should. Reason: It settles on the day on which it '
'is available, or on the first open day if payouts that were made before it had closed that one. '
'Which payout pays it depends on this day. Remedy: Pause payouts of the restaurant, and compare '
'the entry with a backup.';
comment on column reporting.check_settlement_day_differs.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_settlement_day_differs.currency is
'The currency.';
comment on column reporting.check_settlement_day_differs.reference is
'What to look up.';
comment on column reporting.check_settlement_day_differs.finding is
'What was found, in words and figures.';
