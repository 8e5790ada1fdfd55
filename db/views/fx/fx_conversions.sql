create or replace view reporting.fx_conversions
with (security_barrier) as
select
    c.source,
    c.currency,
    c.base_currency,
    c.rate_date,
    c.method,
    c.numerator,
    c.denominator,
    case when c.method = 'direct' then c.numerator else c.numerator / c.denominator end as rate
from (
    select
        r.source,
        r.base as currency,
        r.quote as base_currency,
        r.rate_date,
        'direct'::text as method,
        r.rate as numerator,
        1::numeric as denominator
    from ledger.fx_rates as r
    union all
    select
        r.source,
        r.quote as currency,
        r.base as base_currency,
        r.rate_date,
        'inverse'::text as method,
        1::numeric as numerator,
        r.rate as denominator
    from ledger.fx_rates as r
    union all
    -- a source that prices its own currency in others, as the ECB does
    select
        f.source,
        f.quote as currency,
        t.quote as base_currency,
        f.rate_date,
        'cross over ' || f.base as method,
        t.rate as numerator,
        f.rate as denominator
    from ledger.fx_rates as f
    inner join ledger.fx_rates as t
        on f.source = t.source and f.base = t.base and f.rate_date = t.rate_date
    where f.quote <> t.quote
    union all
    -- a source that prices others in its own currency, as national banks do
    select
        f.source,
        f.base as currency,
        t.base as base_currency,
        f.rate_date,
        'cross over ' || f.quote as method,
        f.rate as numerator,
        t.rate as denominator
    from ledger.fx_rates as f
    inner join ledger.fx_rates as t
        on f.source = t.source and f.quote = t.quote and f.rate_date = t.rate_date
    where f.base <> t.base
) as c;

comment on view reporting.fx_conversions is
'Every conversion that the rates of one source on one day give: a rate as published, one turned '
'round, or two that share a currency. Give source, both currencies and days: all of it is much.';
comment on column reporting.fx_conversions.source is
'Who published the rates. Those of two sources are never combined.';
comment on column reporting.fx_conversions.currency is 'The currency to convert from.';
comment on column reporting.fx_conversions.base_currency is 'The currency to convert to.';
comment on column reporting.fx_conversions.rate_date is
'The day for which the source published the rate; both of a cross are of this day.';
comment on column reporting.fx_conversions.method is
'direct: as published; inverse: the source prices the other way round; cross over EUR: by two '
'rates against the euro.';
comment on column reporting.fx_conversions.numerator is
'The rate is numerator / denominator, which are published figures or 1.';
comment on column reporting.fx_conversions.denominator is 'See numerator.';
comment on column reporting.fx_conversions.rate is
'What one unit of currency is in units of base_currency. Only a direct one is exact here; figures '
'are converted by numerator and denominator.';
