-- load_fx_rates: what a source has published, once, and never another figure.
begin;
select plan(31);

create function pg_temp.load(p_rates text, p_source text default 'ecb')
returns text
language sql
as $$
select concat_ws(' ', l.source, l.received, l.loaded, l.known, l.first_date, l.last_date)
from load_fx_rates(p_rates::jsonb, p_source, 'ana') as l
$$;

create function pg_temp.rate(p_change text default '{}')
returns text
language sql
as $$
select jsonb_build_array(
    '{"rate_date": "2025-12-30", "base": "EUR", "quote": "USD", "rate": 1.0842}'::jsonb
    || p_change::jsonb
)::text
$$;

-- People
set local role cuenta_operator;
select is(
    pg_temp.load(
        '[{"rate_date": "2025-12-30", "base": "EUR", "quote": "USD", "rate": 1.0842},
        {"rate_date": "2025-12-29", "base": "EUR", "quote": "JPY", "rate": "168.90"}]'
    ),
    'ECB 2 2 0 2025-12-29 2025-12-30', 'rates are loaded; a rate may be a text of digits'
);
select is(
    pg_temp.load(pg_temp.rate()), 'ECB 1 0 1 2025-12-30 2025-12-30',
    'the same row again is there already'
);
select is(
    pg_temp.load(pg_temp.rate('{"rate": "1.084200"}')), 'ECB 1 0 1 2025-12-30 2025-12-30',
    'a figure with more zeros is the same figure'
);
select throws_ok(
    format('select load_fx_rates(%L, ''ECB'')', pg_temp.rate('{"rate": 1.0843}')), 'LCFXR',
    'the rate of EUR/USD of 2025-12-30 by ECB is 1.0842, not 1.0843',
    'another rate for the same day and pair is a conflict that says both (LCFXR)'
);
select throws_ok(
    'select load_fx_rates(
        ''[{"rate_date": "2025-12-28", "base": "EUR", "quote": "USD", "rate": 1},
        {"rate_date": "2025-12-28", "base": "EUR", "quote": "USD", "rate": 2}]'', ''ECB''
    )', 'LCFXR', 'the rate of EUR/USD of 2025-12-28 by ECB is 1, not 2',
    'and so are two in one array (LCFXR)'
);
select is(
    pg_temp.load(pg_temp.rate('{"rate": 1.0843}'), 'SBS'), 'SBS 1 1 0 2025-12-30 2025-12-30',
    'another source may have another rate'
);
select is(
    pg_temp.load(pg_temp.rate('{"base": "USD", "quote": "EUR", "rate": 0.9223}')),
    'ECB 1 1 0 2025-12-30 2025-12-30', 'the other direction is another pair'
);
select is(pg_temp.load('[]'), 'ECB 0 0 0', 'no rates are loaded without a word');
select throws_ok(
    format('select load_fx_rates(%L, ''ECB'')', pg_temp.rate(c.change)), 'LBFXR', null,
    format('refuses %s (LBFXR)', c.what)
)
from (
    values
    ('{"rate": 0}', 'a rate of 0'),
    ('{"rate": -1}', 'a negative rate'),
    ('{"rate": "NaN"}', 'a rate that is no number'),
    ('{"rate": "1,08"}', 'a comma'),
    ('{"rate": 1e13}', 'a rate past 12 digits'),
    ('{"rate": 0.000000000000000000001}', 'a rate with more than 20 decimal places'),
    ('{"rate": null}', 'a rate that is missing'),
    ('{"rate": true}', 'a rate that is a boolean'),
    ('{"quote": "EUR"}', 'a currency in itself'),
    ('{"quote": "ZZZ"}', 'a currency that is none'),
    ('{"base": "eur"}', 'small letters'),
    ('{"rate_date": "2025-02-30"}', 'a day that is none'),
    ('{"rate_date": "2025-12-00"}', 'a day before the first'),
    ('{"rate_date": "2999-01-01"}', 'a day that has not come')
) as c (change, what);
select throws_ok(
    'select load_fx_rates(
        ''[{"rate_date": "2025-12-27", "base": "EUR", "quote": "USD", "rate": 1}, {}]'', ''ECB''
    )', 'LBFXR', 'rate_date of rate 2 is not valid: it is missing', 'says which item is wrong (LBFXR)'
);
reset role;

-- A reader
set local role cuenta_reader;
select results_eq(
    $$
    select r.source collate "default", r.rate_date, r.base collate "default",
    r.quote collate "default", r.rate, r.loaded_by
    from reporting.fx_rates as r
    order by r.source collate "C", r.rate_date, r.base collate "C"
    $$,
    $$
    values
    ('ECB', '2025-12-29'::date, 'EUR', 'JPY', 168.90, 'ana'),
    ('ECB', '2025-12-30', 'EUR', 'USD', 1.0842, 'ana'),
    ('ECB', '2025-12-30', 'USD', 'EUR', 0.9223, 'ana'),
    ('SBS', '2025-12-30', 'EUR', 'USD', 1.0843, 'ana')
    $$,
    'readers see what was published and who loaded it; nothing of a refused array is there'
);
select results_eq(
    $$
    select c.source collate "default", c.currency collate "default", c.last_rate_date
    from reporting.fx_currencies as c
    order by c.source collate "C", c.currency collate "C"
    $$,
    $$
    values
    ('ECB', 'EUR', '2025-12-30'::date), ('ECB', 'JPY', '2025-12-29'), ('ECB', 'USD', '2025-12-30'),
    ('SBS', 'EUR', '2025-12-30'), ('SBS', 'USD', '2025-12-30')
    $$,
    'and the currencies of each source, with the day of the last rate'
);
reset role;

-- The service
set local role cuenta_app;
select throws_ok(
    'select load_fx_rates(''[]'', ''ECB'')', '42501', 'permission denied for function load_fx_rates',
    'the service cannot load rates (42501)'
);
reset role;

-- A superuser
select throws_ok(
    s.statement, 'LCAPP', null, format('a superuser cannot %s (LCAPP)', s.what)
)
from (
    values
    ('update ledger.fx_rates set rate = 2', 'change a rate'),
    ('delete from ledger.fx_rates', 'remove one'),
    ('truncate ledger.fx_rates', 'empty the table')
) as s (statement, what);

-- The ledger never converts
select is_empty(
    $$
    select p.oid::regprocedure
    from pg_catalog.pg_proc as p
    where p.pronamespace::regnamespace::text in ('ledger', 'access', 'inbound', 'outbound', 'api')
        and regexp_replace(p.prosrc, '/\*.*?\*/', '') ~* '\mfx_|_fx_|_in_base|convert_amount'
        and p.proname not in (
            'load_fx_rates', 'read_fx_rates', 'require_fx_source', 'write_report_filter'
        )
    $$,
    'no function that posts, pays or answers balances reads a rate or converts'
);
select bag_eq(
    $$
    select distinct w.ev_class::regclass::text
    from pg_catalog.pg_depend as d
    inner join pg_catalog.pg_rewrite as w on d.objid = w.oid
    where d.classid = 'pg_rewrite'::regclass
        and d.refclassid = 'pg_class'::regclass
        and d.refobjid::regclass::text ~ 'fx_'
        and w.ev_class <> d.refobjid
    $$,
    $$
    values
    ('balances_in_base'), ('daily_sales_in_base'), ('fx_conversions'), ('fx_currencies'),
    ('fx_rates')
    $$,
    'and of the views only those that say so'
);

select * from finish();
rollback;
