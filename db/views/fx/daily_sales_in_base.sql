create or replace view reporting.daily_sales_in_base
with (security_barrier) as
select
    k.source,
    k.currency as base_currency,
    b.restaurant_id,
    b.currency,
    b.business_day,
    b.gross,
    b.fees,
    b.refunds,
    b.disputes,
    b.net,
    b.charge_count,
    b.refund_count,
    case when b.currency = k.currency then 1 else q.rate end as rate,
    q.rate_date,
    case when b.currency = k.currency then 'identity' else q.method end as method,
    case
        when b.currency = k.currency or q.rate is not null then null
        when o.currency is null then 'currency_not_in_source'
        else 'no_rate_in_7_days'
    end as no_rate_reason,
    ledger.convert_amount(b.gross, n.numerator, n.denominator) as gross_in_base,
    ledger.convert_amount(b.fees, n.numerator, n.denominator) as fees_in_base,
    ledger.convert_amount(b.refunds, n.numerator, n.denominator) as refunds_in_base,
    ledger.convert_amount(b.disputes, n.numerator, n.denominator) as disputes_in_base,
    ledger.convert_amount(b.net, n.numerator, n.denominator) as net_in_base
from reporting.fx_currencies as k
inner join ledger.currencies as t on k.currency = t.currency
cross join reporting.daily_sales as b
inner join ledger.currencies as f on b.currency = f.currency
left join reporting.fx_currencies as o on k.source = o.source and b.currency = o.currency
-- What holds on each day, found once a day and currency, not once a row.
left join (
    select
        w.source,
        w.currency,
        w.base_currency,
        d.day,
        w.rate_date,
        w.method,
        w.rate,
        w.numerator,
        w.denominator
    from (
        select
            x.*,
            lead(x.rate_date) over (
                partition by x.source, x.currency, x.base_currency
                order by x.rate_date
            ) as next_date
        from (
            select distinct on (c.source, c.currency, c.base_currency, c.rate_date) c.*
            from reporting.fx_conversions as c
            where c.currency in (select y.currency from ledger.account_balances as y)
            order by
                c.source, c.currency, c.base_currency, c.rate_date, c.method like 'cross %',
                c.method
        ) as x
    ) as w
    cross join lateral (
        select w.rate_date + n.number as day
        from generate_series(0, least(w.next_date - 1 - w.rate_date, 7)) as n (number)
    ) as d
) as q
    on
        k.source = q.source
        and k.currency = q.base_currency
        and b.currency = q.currency
        and b.business_day = q.day
cross join lateral (
    select
        case when b.currency = k.currency then 1 else q.numerator end
        * power(10::numeric, t.exponent) as numerator,
        case when b.currency = k.currency then 1 else q.denominator end
        * power(10::numeric, f.exponent) as denominator
) as n;

comment on view reporting.daily_sales_in_base is
'Sales of each restaurant per currency and business day, shown in a base currency by the last '
'rate published by that day: for reports only. One row for each source and base currency: give '
'both.';
comment on column reporting.daily_sales_in_base.source is
'Who published the rates: those of one source only, never combined with another''s.';
comment on column reporting.daily_sales_in_base.base_currency is
'The currency in which the figures are shown: each that the source has rates of.';
comment on column reporting.daily_sales_in_base.restaurant_id is 'The restaurant.';
comment on column reporting.daily_sales_in_base.currency is 'The currency in which it sold.';
comment on column reporting.daily_sales_in_base.business_day is
'The restaurant''s business day: rates of it and the 7 days before count.';
comment on column reporting.daily_sales_in_base.gross is
'As in reporting.daily_sales, in minor units of currency.';
comment on column reporting.daily_sales_in_base.fees is 'As there.';
comment on column reporting.daily_sales_in_base.refunds is 'As there.';
comment on column reporting.daily_sales_in_base.disputes is 'As there.';
comment on column reporting.daily_sales_in_base.net is 'As there.';
comment on column reporting.daily_sales_in_base.charge_count is 'Number of charges.';
comment on column reporting.daily_sales_in_base.refund_count is 'Number of refunds.';
comment on column reporting.daily_sales_in_base.rate is
'What one unit of currency is in units of base_currency; 1 if they are the same, by identity; '
'null: there is none, see no_rate_reason.';
comment on column reporting.daily_sales_in_base.rate_date is
'The day for which the source published it: the last one, at most 7 days before the figure''s '
'own day; null where no rate is used.';
comment on column reporting.daily_sales_in_base.method is
'identity: both currencies are the same; else as in reporting.fx_conversions: direct, inverse, '
'cross over a third.';
comment on column reporting.daily_sales_in_base.no_rate_reason is
'Why there is no rate: currency_not_in_source, or no_rate_in_7_days (see the currency''s '
'last_rate_date in reporting.fx_currencies); null: there is one.';
comment on column reporting.daily_sales_in_base.gross_in_base is
'gross in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.daily_sales_in_base.fees_in_base is
'fees in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.daily_sales_in_base.refunds_in_base is
'refunds in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.daily_sales_in_base.disputes_in_base is
'disputes in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.daily_sales_in_base.net_in_base is
'net in minor units of base_currency, rounded half away from zero as the last step, so it may '
'differ by a unit from what the others come to; null: there is no rate.';
