create or replace view reporting.balances_in_base
with (security_barrier) as
select
    k.source,
    k.currency as base_currency,
    b.restaurant_id,
    b.currency,
    b.available,
    b.pending,
    b.reserved,
    b.held,
    b.total,
    b.business_day,
    case when b.currency = k.currency then 1 else q.rate end as rate,
    q.rate_date,
    case when b.currency = k.currency then 'identity' else q.method end as method,
    case
        when b.currency = k.currency or q.rate is not null then null
        when o.currency is null then 'currency_not_in_source'
        else 'no_rate_in_7_days'
    end as no_rate_reason,
    ledger.convert_amount(b.available, n.numerator, n.denominator) as available_in_base,
    ledger.convert_amount(b.pending, n.numerator, n.denominator) as pending_in_base,
    ledger.convert_amount(b.reserved, n.numerator, n.denominator) as reserved_in_base,
    ledger.convert_amount(b.held, n.numerator, n.denominator) as held_in_base,
    ledger.convert_amount(b.total, n.numerator, n.denominator) as total_in_base
from reporting.fx_currencies as k
inner join ledger.currencies as t on k.currency = t.currency
cross join reporting.restaurant_balances as b
inner join ledger.currencies as f on b.currency = f.currency
left join reporting.fx_currencies as o on k.source = o.source and b.currency = o.currency
-- A business day is within a day of UTC's, so the rates are found once, not once an account. The
-- limit keeps the day a value, by which an index is searched.
left join (
    select
        y.source,
        y.currency,
        z.currency as base_currency,
        d.day,
        c.rate,
        c.rate_date,
        c.method,
        c.numerator,
        c.denominator
    from reporting.fx_currencies as y
    inner join reporting.fx_currencies as z on y.source = z.source and y.currency <> z.currency
    cross join
        lateral (
            select (now() at time zone 'UTC')::date + n.number as day
            from generate_series(-1, 1) as n (number)
            order by n.number
            limit 3
        ) as d
    cross join lateral (
        select
            v.rate,
            v.rate_date,
            v.method,
            v.numerator,
            v.denominator
        from reporting.fx_conversions as v
        where
            v.source = y.source
            and v.currency = y.currency
            and v.base_currency = z.currency
            and v.rate_date between d.day - 7 and d.day
        order by v.rate_date desc, v.method like 'cross %' asc, v.method asc
        limit 1
    ) as c
) as q
    on
        k.source = q.source
        and k.currency = q.base_currency
        and b.currency = q.currency
        and coalesce(b.business_day, (now() at time zone 'UTC')::date) = q.day
cross join lateral (
    select
        case when b.currency = k.currency then 1 else q.numerator end
        * power(10::numeric, t.exponent) as numerator,
        case when b.currency = k.currency then 1 else q.denominator end
        * power(10::numeric, f.exponent) as denominator
) as n;

comment on view reporting.balances_in_base is
'What each restaurant owns now, shown in a base currency by the last published rate: for '
'reports only, nothing is owed or paid in it. One row for each source and base currency: give '
'both.';
comment on column reporting.balances_in_base.source is
'Who published the rates: those of one source only, never combined with another''s.';
comment on column reporting.balances_in_base.base_currency is
'The currency in which the figures are shown: each that the source has rates of.';
comment on column reporting.balances_in_base.restaurant_id is 'The restaurant.';
comment on column reporting.balances_in_base.currency is 'The currency that it owns.';
comment on column reporting.balances_in_base.available is
'As in reporting.restaurant_balances, in minor units of currency.';
comment on column reporting.balances_in_base.pending is 'As there.';
comment on column reporting.balances_in_base.reserved is 'As there.';
comment on column reporting.balances_in_base.held is 'As there.';
comment on column reporting.balances_in_base.total is 'As there.';
comment on column reporting.balances_in_base.business_day is
'The restaurant''s business day at this moment: rates of it and the 7 days before count. Null: '
'the server does not know its time zone, and the day in UTC is taken.';
comment on column reporting.balances_in_base.rate is
'What one unit of currency is in units of base_currency; 1 if they are the same, by identity; '
'null: there is none, see no_rate_reason.';
comment on column reporting.balances_in_base.rate_date is
'The day for which the source published it: the last one, at most 7 days before the figure''s '
'own day; null where no rate is used.';
comment on column reporting.balances_in_base.method is
'identity: both currencies are the same; else as in reporting.fx_conversions: direct, inverse, '
'cross over a third.';
comment on column reporting.balances_in_base.no_rate_reason is
'Why there is no rate: currency_not_in_source, or no_rate_in_7_days (see the currency''s '
'last_rate_date in reporting.fx_currencies); null: there is one.';
comment on column reporting.balances_in_base.available_in_base is
'available in minor units of base_currency, rounded half away from zero as the last step; null:'
' there is no rate.';
comment on column reporting.balances_in_base.pending_in_base is
'pending in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.balances_in_base.reserved_in_base is
'reserved in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.balances_in_base.held_in_base is
'held in minor units of base_currency, rounded half away from zero as the last step; null: '
'there is no rate.';
comment on column reporting.balances_in_base.total_in_base is
'total in minor units of base_currency, rounded half away from zero as the last step, so it may '
'differ by a unit from what the others come to; null: there is no rate.';
