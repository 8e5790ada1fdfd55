create or replace view reporting.check_settlement_before_available
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format(
        '%s of %s settles on %s and is available on %s',
        e.entry_type, e.amount, e.settlement_day, e.available_on
    ) as finding
from ledger.audited_entries as e
where e.settlement_day < e.available_on;

comment on view reporting.check_settlement_before_available is
'error: An entry settles before it is available. Reason: settlement_day is available_on, or the '
'first open day after the days that payouts have closed. Remedy: Pause payouts of the '
'restaurant. Find what wrote the entry around the functions.';
comment on column reporting.check_settlement_before_available.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_settlement_before_available.currency is
'The currency.';
comment on column reporting.check_settlement_before_available.reference is
'What to look up.';
comment on column reporting.check_settlement_before_available.finding is
'What was found, in words and figures.';
