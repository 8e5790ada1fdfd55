create or replace view reporting.fx_currencies
with (security_barrier) as
-- Each step looks up the next pair in an index: it costs a few look-ups a currency, not all rates.
with recursive bases as (
    (
        select
            r.source,
            r.base as currency
        from ledger.fx_rates as r
        order by r.source, r.base
        limit 1
    )
    union all
    select
        n.source,
        n.currency
    from bases as b
    cross join lateral (
        select
            r.source,
            r.base as currency
        from ledger.fx_rates as r
        where (r.source, r.base) > (b.source, b.currency)
        order by r.source, r.base
        limit 1
    ) as n
),

quotes as (
    (
        select
            r.source,
            r.quote as currency
        from ledger.fx_rates as r
        order by r.source, r.quote
        limit 1
    )
    union all
    select
        n.source,
        n.currency
    from quotes as q
    cross join lateral (
        select
            r.source,
            r.quote as currency
        from ledger.fx_rates as r
        where (r.source, r.quote) > (q.source, q.currency)
        order by r.source, r.quote
        limit 1
    ) as n
),

currencies as (
    select
        b.source,
        b.currency
    from bases as b
    union
    select
        q.source,
        q.currency
    from quotes as q
)

select
    c.source,
    c.currency,
    greatest(
        (
            select max(r.rate_date)
            from ledger.fx_rates as r
            where r.source = c.source and r.base = c.currency
        ),
        (
            select max(r.rate_date)
            from ledger.fx_rates as r
            where r.source = c.source and r.quote = c.currency
        )
    ) as last_rate_date
from currencies as c;

comment on view reporting.fx_currencies is
'The currencies that each source of exchange rates has published rates of.';
comment on column reporting.fx_currencies.source is 'Who published them.';
comment on column reporting.fx_currencies.currency is 'The currency.';
comment on column reporting.fx_currencies.last_rate_date is
'The day of the last rate that has this currency in it.';
