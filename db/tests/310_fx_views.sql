-- Balances and sales in a base currency: by the last rate of one source, at most 7 days old.
begin;
select plan(24);

-- Exactly, half away from zero
select is(
    ledger.convert_amount(c.amount, c.numerator, c.denominator), c.expected,
    format('%s times %s / %s is %s', c.amount, c.numerator, c.denominator, c.expected)
)
from (
    values
    (2::numeric, 125::numeric, 100::numeric, 3::numeric),
    (-2, 125, 100, -3),
    (1, 1, 3, 0),
    (0, 1, 3, 0),
    (9007199254740991, 1.00000000000000000001, 1, 9007199254740991),
    (
        9007199254740991, 999999999999.5, 0.00000000000000000001,
        900719925473648740037262950450000000000000000000
    ),
    (1, null, 1, null)
) as c (amount, numerator, denominator, expected);

-- What was sold
create function pg_temp.sell(p_id text, p_day text, p_currency text, p_amount bigint)
returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_day || 'T17:00:00Z',
        'restaurant_id', 'res_001', 'currency', p_currency, 'amount', p_amount
    )
) as a
$$;
select is(
    string_agg(pg_temp.sell(e.id, e.day, e.currency, e.amount), ' ' order by e.id),
    'processed processed processed processed processed processed processed processed processed',
    'sales in six currencies'
)
from (
    values
    ('s1', '2025-12-10', 'PEN', 10000), ('s2', '2025-12-10', 'JPY', 1234),
    ('s3', '2025-12-10', 'KWD', 5000), ('s4', '2025-12-10', 'USD', 999),
    ('s5', '2025-12-10', 'EUR', 777), ('s6', '2025-12-09', 'PEN', 10000),
    ('s7', '2025-12-17', 'PEN', 10000), ('s8', '2025-12-18', 'PEN', 10000),
    ('s9', '2025-12-10', 'MXN', 10000)
) as e (id, day, currency, amount);
select is_empty(
    format('select * from reporting.%I', v.name), format('%s is empty without rates', v.name)
)
from (
    values ('balances_in_base'), ('daily_sales_in_base'), ('fx_conversions'), ('fx_currencies')
) as v (name);

-- What was published
select is(
    (
        select string_agg(l.source || ' ' || l.loaded, ', ' order by l.source)
        from (
            values
            (
                'ECB',
                '[["2025-12-10", "EUR", "USD", 1.25], ["2025-12-10", "EUR", "JPY", 160],
                ["2025-12-10", "EUR", "PEN", 4], ["2025-12-01", "EUR", "PEN", 9],
                ["2025-12-01", "EUR", "MXN", 20]]'::jsonb
            ),
            ('BCK', '[["2025-12-10", "USD", "KWD", 0.3125]]'),
            (
                'SBS',
                '[["2025-12-10", "USD", "PEN", 3.75], ["2025-12-10", "MXN", "PEN", 0.2],
                ["2025-12-01", "CHF", "PEN", 4]]'
            ),
            (
                'TIE',
                '[["2025-12-10", "EUR", "USD", 1.25], ["2025-12-10", "USD", "EUR", 0.81],
                ["2025-12-10", "PEN", "EUR", 0.2], ["2025-12-10", "PEN", "USD", 0.5],
                ["2025-12-09", "EUR", "JPY", 100], ["2025-12-10", "JPY", "EUR", 0.02],
                ["2025-12-10", "EUR", "MXN", 20], ["2025-12-10", "CHF", "PEN", 4.1]]'
            )
        ) as s (source, rates)
        cross join lateral load_fx_rates(
            (
                select jsonb_agg(
                    jsonb_build_object(
                        'rate_date', r.rate -> 0, 'base', r.rate -> 1, 'quote', r.rate -> 2,
                        'rate', r.rate -> 3
                    )
                )
                from jsonb_array_elements(s.rates) as r (rate)
            ), s.source
        ) as l
    ),
    'BCK 1, ECB 5, SBS 3, TIE 8', 'four sources'
);

-- A reader
set local role cuenta_reader;
select results_eq(
    $$
    select s.currency collate "default", s.gross, s.rate, s.rate_date, s.method collate "default",
    s.no_rate_reason, s.gross_in_base
    from reporting.daily_sales_in_base as s
    where s.source = 'ECB' and s.base_currency = 'USD' and s.business_day = '2025-12-10'
    order by s.currency collate "C"
    $$,
    $$
    values
    ('EUR', 777::numeric, 1.25::numeric, '2025-12-10'::date, 'direct', null::text, 971::numeric),
    ('JPY', 1234, 0.0078125, '2025-12-10', 'cross over EUR', null, 964),
    ('KWD', 5000, null, null, null, 'currency_not_in_source', null),
    ('MXN', 10000, null, null, null, 'no_rate_in_7_days', null),
    ('PEN', 10000, 0.3125, '2025-12-10', 'cross over EUR', null, 3125),
    ('USD', 999, 1, null, 'identity', null, 999)
    $$,
    'each figure has its rate, date and way beside it; what has no rate is null, with the reason'
);
select results_eq(
    $$
    select s.business_day, s.rate, s.rate_date, s.no_rate_reason, s.net_in_base
    from reporting.daily_sales_in_base as s
    where s.source = 'ECB' and s.base_currency = 'EUR' and s.currency = 'PEN'
    order by s.business_day
    $$,
    $$
    values
    ('2025-12-09'::date, null::numeric, null::date, 'no_rate_in_7_days', null::numeric),
    ('2025-12-10', 0.25, '2025-12-10', null, 2500),
    ('2025-12-17', 0.25, '2025-12-10', null, 2500),
    ('2025-12-18', null, null, 'no_rate_in_7_days', null)
    $$,
    'a rate is taken for 7 days and no longer, and never for a day before it'
);
select results_eq(
    $$
    select s.currency collate "default", s.method collate "default", s.gross_in_base
    from reporting.daily_sales_in_base as s
    where s.source = 'ECB' and s.base_currency = 'JPY' and s.business_day = '2025-12-10'
        and s.rate is not null
    order by s.currency collate "C"
    $$,
    $$
    values
    ('EUR', 'direct', 1243::numeric), ('JPY', 'identity', 1234), ('PEN', 'cross over EUR', 4000),
    ('USD', 'cross over EUR', 1279)
    $$,
    'a currency without decimals gets whole units'
);
select results_eq(
    $$
    select s.gross, s.gross_in_base
    from reporting.daily_sales_in_base as s
    where s.source = 'BCK' and s.base_currency = 'KWD' and s.currency in ('USD', 'KWD')
        and s.business_day = '2025-12-10'
    order by s.currency collate "C"
    $$,
    $$values (5000::numeric, 5000::numeric), (999, 3122)$$,
    'one with three gets thousandths'
);
select results_eq(
    $$
    select s.method collate "default", s.rate_date, s.gross_in_base
    from reporting.daily_sales_in_base as s
    where s.source = 'SBS' and s.base_currency = 'USD' and s.business_day = '2025-12-10'
        and s.currency in ('MXN', 'PEN')
    order by s.currency collate "C"
    $$,
    $$
    values
    ('cross over PEN', '2025-12-10'::date, 533::numeric),
    ('inverse', '2025-12-10', 2667)
    $$,
    'a bank that prices others in its own currency is turned round, and crossed over it'
);
select is_empty(
    $$
    select *
    from reporting.daily_sales_in_base as s
    where s.source = 'SBS' and (s.base_currency = 'EUR' or s.method = 'cross over EUR')
    $$,
    'rates of two sources are never combined'
);
select is_empty(
    $$
    select c.*
    from reporting.fx_conversions as c
    where (c.source, c.currency, c.base_currency)
        in (('ECB', 'PEN', 'MXN'), ('ECB', 'MXN', 'PEN'), ('SBS', 'MXN', 'CHF'), ('SBS', 'CHF', 'MXN'))
        and c.rate_date = '2025-12-10'
    $$,
    'not even where another source has just what is missing; nor rates of two days'
);
select results_eq(
    $$
    select s.base_currency collate "default", s.currency collate "default",
    s.method collate "default", s.rate
    from reporting.daily_sales_in_base as s
    where s.source = 'TIE' and s.business_day = '2025-12-10'
        and (s.base_currency, s.currency)
        in (('USD', 'EUR'), ('EUR', 'USD'), ('USD', 'PEN'), ('JPY', 'EUR'))
    order by s.base_currency collate "C", s.currency collate "C"
    $$,
    $$
    values
    ('EUR', 'USD', 'direct', 0.81), ('JPY', 'EUR', 'inverse', 50.0000000000000000),
    ('USD', 'EUR', 'direct', 1.25), ('USD', 'PEN', 'direct', 0.5)
    $$,
    'the newest is taken; of one day what was published before what is turned round or crossed'
);
select is_empty(
    $$
    select *
    from reporting.daily_sales_in_base as s
    where (s.rate is null) <> (s.gross_in_base is null)
        or (s.rate is null) <> (s.no_rate_reason is not null)
        or (s.currency = s.base_currency) <> (s.method is not distinct from 'identity')
    $$,
    'a figure is null where there is no rate, and then there is a reason; identity is by name only'
);
reset role;

-- Balances: as of now
select is(
    (
        select l.loaded
        from load_fx_rates(
            jsonb_build_array(
                jsonb_build_object(
                    'rate_date', to_jsonb(ledger.business_day(now(), 'America/Lima', 0::smallint)),
                    'base', 'USD', 'quote', 'PEN', 'rate', 4
                )
            ), 'SBS'
        ) as l
    ),
    1, 'a rate of today'
);
set local role cuenta_reader;
select results_eq(
    $$
    select b.currency collate "default", b.available, b.total, b.rate, b.method collate "default",
    b.no_rate_reason,
    b.available_in_base, b.pending_in_base, b.reserved_in_base, b.held_in_base, b.total_in_base
    from reporting.balances_in_base as b
    where b.source = 'SBS' and b.base_currency = 'USD' and b.currency in ('MXN', 'PEN', 'USD')
    order by b.currency collate "C"
    $$,
    $$
    values
    (
        'MXN', 10000::numeric, 10000::numeric, null::numeric, null::text, 'no_rate_in_7_days',
        null::numeric, null::numeric, null::numeric, null::numeric, null::numeric
    ),
    ('PEN', 40000, 40000, 0.25, 'inverse', null, 10000, 0, 0, 0, 10000),
    ('USD', 999, 999, 1, 'identity', null, 999, 0, 0, 0, 999)
    $$,
    'balances are shown by the last rate of the week before today'
);
reset role;

select * from finish();
rollback;
