create or replace view reporting.daily_sales
with (security_barrier) as
select
    e.restaurant_id,
    e.currency,
    e.business_day,
    coalesce(
        sum(e.amount * t.balance_effect) filter (where t.payout_item = 'gross_sales'), 0
    ) as gross,
    -coalesce(
        sum(e.amount * t.balance_effect) filter (
            where t.payout_item in ('fees', 'fees_returned', 'dispute_fees')
        ), 0
    ) as fees,
    -coalesce(
        sum(e.amount * t.balance_effect) filter (
            where t.payout_item in ('refunds', 'refunds_failed')
        ), 0
    ) as refunds,
    -coalesce(
        sum(e.amount * t.balance_effect) filter (
            where t.payout_item in ('disputes', 'disputes_won')
        ), 0
    ) as disputes,
    sum(e.amount * t.balance_effect) as net,
    coalesce(sum(t.balance_effect) filter (where t.payout_item = 'gross_sales'), 0) as charge_count,
    -coalesce(sum(t.balance_effect) filter (where t.payout_item = 'refunds'), 0) as refund_count
from ledger.ledger_entries as e
inner join ledger.entry_types as t on e.entry_type = t.entry_type
where
    t.payout_item in (
        'gross_sales', 'fees', 'fees_returned', 'dispute_fees', 'refunds', 'refunds_failed',
        'disputes', 'disputes_won'
    )
group by e.restaurant_id, e.currency, e.business_day;

comment on view reporting.daily_sales is
'Sales of each restaurant per currency and business day, and what guests took back, in minor '
'units. Days without any are absent. What was reversed as a mistake is taken off the day on which '
'it was reversed.';
comment on column reporting.daily_sales.restaurant_id is 'The restaurant.';
comment on column reporting.daily_sales.currency is 'The currency.';
comment on column reporting.daily_sales.business_day is
'The restaurant''s local day, less its closing hour: a sale at 1 a.m. may belong to the evening '
'before.';
comment on column reporting.daily_sales.gross is 'Charges before fees, refunds and disputes.';
comment on column reporting.daily_sales.fees is
'Fees of charges and disputes, less what was given back, as a positive amount. Those of payouts '
'are in reporting.processor_fees.';
comment on column reporting.daily_sales.refunds is
'Refunds made on this day, whenever the sale was, less those that failed, as a positive amount.';
comment on column reporting.daily_sales.disputes is
'Disputes opened on this day, less those that were won, as a positive amount; one that is lost '
'stays counted on the day on which it was opened.';
comment on column reporting.daily_sales.net is
'gross - fees - refunds - disputes; negative if these prevail.';
comment on column reporting.daily_sales.charge_count is 'Number of charges, less those reversed.';
comment on column reporting.daily_sales.refund_count is 'Number of refunds, less those reversed.';
