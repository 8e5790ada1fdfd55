create or replace view reporting.check_amount_out_of_range
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    format('entry %s', e.entry_seq) as reference,
    format('%s of %s', e.entry_type, e.amount) as finding
from ledger.audited_entries as e
where e.amount not between 1 and 9007199254740991

union all

select
    v.restaurant_id,
    v.currency,
    v.event_id as reference,
    format('%s of %s with fee %s', v.event_type, v.amount, v.fee) as finding
from ledger.audited_events as v
where
    v.amount not between 1 and 9007199254740991
    or v.fee not between 0 and 9007199254740991;

comment on view reporting.check_amount_out_of_range is
'error: An entry or an event has an amount that cannot be. Reason: Amounts are positive and at '
'most 2^53 - 1, fees are not negative. The one validator holds that, no constraint. Remedy: '
'Find what wrote the row around the functions. An entry''s event keeps the document as received.';
comment on column reporting.check_amount_out_of_range.restaurant_id is
'The restaurant; null: all of the currency.';
comment on column reporting.check_amount_out_of_range.currency is
'The currency.';
comment on column reporting.check_amount_out_of_range.reference is
'What to look up.';
comment on column reporting.check_amount_out_of_range.finding is
'What was found, in words and figures.';
