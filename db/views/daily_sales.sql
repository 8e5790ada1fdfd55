create or replace view reporting.daily_sales
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    e.business_day,
    coalesce(sum(e.amount) filter (where e.entry_type = 'CHARGE'), 0) as gross,
    coalesce(sum(e.amount) filter (where e.entry_type = 'FEE'), 0) as fees,
    coalesce(sum(e.amount) filter (where e.entry_type = 'REFUND'), 0) as refunds,
    sum(e.amount * t.balance_effect) as net,
    count(*) filter (where e.entry_type = 'CHARGE') as charge_count,
    count(*) filter (where e.entry_type = 'REFUND') as refund_count
from ledger.ledger_entries as e
inner join ledger.entry_types as t on e.entry_type = t.entry_type
where e.entry_type in ('CHARGE', 'FEE', 'REFUND')
group by e.restaurant_id, e.currency, e.business_day;

comment on view reporting.daily_sales is
'Sales of each restaurant per currency and business day, in minor units. Days without any are '
'absent.';
comment on column reporting.daily_sales.business_day is
'The restaurant''s local day, less its closing hour: a sale at 1 a.m. may belong to the evening '
'before.';
comment on column reporting.daily_sales.gross is 'Charges before fees and refunds.';
comment on column reporting.daily_sales.fees is 'Fees of the charges, as a positive amount.';
comment on column reporting.daily_sales.refunds is
'Refunds made on this day, whenever the sale was, as a positive amount.';
comment on column reporting.daily_sales.net is
'gross - fees - refunds; negative if refunds prevail.';
comment on column reporting.daily_sales.charge_count is 'Number of charges.';
comment on column reporting.daily_sales.refund_count is 'Number of refunds.';
comment on column reporting.daily_sales.restaurant_id is 'The restaurant.';
comment on column reporting.daily_sales.currency is 'The currency.';
