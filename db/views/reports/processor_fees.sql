create or replace view reporting.processor_fees
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    e.business_day,
    coalesce(sum(e.amount) filter (where t.credit_account = 'processor_fees'), 0) as charged,
    coalesce(sum(e.amount) filter (where t.debit_account = 'processor_fees'), 0) as returned,
    sum(case t.credit_account when 'processor_fees' then e.amount else -e.amount end) as net,
    count(*) as entry_count
from ledger.ledger_entries as e
inner join ledger.entry_types as t on e.entry_type = t.entry_type
where 'processor_fees' in (t.credit_account, t.debit_account)
group by e.restaurant_id, e.currency, e.business_day;

comment on view reporting.processor_fees is
'What processing cost each restaurant per currency and business day: every movement of the account '
'processor_fees, whatever it is called. Days without any are absent.';
comment on column reporting.processor_fees.restaurant_id is 'Who bore it.';
comment on column reporting.processor_fees.currency is 'The currency.';
comment on column reporting.processor_fees.business_day is
'The restaurant''s local day, less its closing hour.';
comment on column reporting.processor_fees.charged is 'Fees taken, in minor units.';
comment on column reporting.processor_fees.returned is
'Fees given back, in minor units, as a positive amount.';
comment on column reporting.processor_fees.net is 'charged - returned.';
comment on column reporting.processor_fees.entry_count is 'Ledger entries summed.';
