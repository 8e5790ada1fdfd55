-- get_report, get_report_csv, list_reports: a view by its name, as JSON and as CSV.
begin;
select plan(53);

create function pg_temp.sell(p_id text, p_restaurant_id text, p_currency text, p_day text)
returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_day || 'T17:00:00Z',
        'restaurant_id', p_restaurant_id, 'currency', p_currency, 'amount', 1000, 'fee', 30
    )
) as a
$$;
select is(
    string_agg(distinct pg_temp.sell(e.id, e.restaurant_id, e.currency, e.day), ' '), 'processed',
    'sales'
)
from (
    values
    ('s1', 'res_a', 'PEN', '2025-12-10'), ('s2', 'res_a', 'PEN', '2025-12-11'),
    ('s3', 'res_a', 'USD', '2025-12-10'), ('s4', 'res_b', 'PEN', '2025-12-09'),
    ('s5', 'res_B', 'PEN', '2025-12-12')
) as e (id, restaurant_id, currency, day);
select is(
    (
        select l.loaded
        from load_fx_rates(
            '[{"rate_date": "2025-12-10", "base": "USD", "quote": "PEN", "rate": 4}]', 'SBS'
        ) as l
    ), 1, 'a rate'
);

-- The service
set local role cuenta_app;
select is(
    array(select l.name from list_reports() as l),
    array[
        'balances_in_base', 'daily_sales', 'daily_sales_in_base', 'debt_ageing',
        'payout_reconciliation', 'payout_run_reconciliation', 'pending_ageing', 'processor_fees',
        'trial_balance'
    ],
    'the reports are named'
);
select is_empty(
    'select l.name from list_reports() as l where l.title is null or l.columns is null',
    'each with its title and columns'
);
select lives_ok(
    format(
        'select * from %s(%L%s)', f.name, l.name,
        case when l.name ~ '_in_base$' then ', p_base_currency => ''USD'', p_source => ''SBS''' end
    ),
    format('%s reads %s', f.name, l.name)
)
from list_reports() as l
cross join (values ('get_report'), ('get_report_csv')) as f (name);
select results_eq(
    $$
    select (d.row ->> 'restaurant_id'), d.row ->> 'currency', d.row ->> 'business_day',
    d.row ->> 'net'
    from get_report('daily_sales') as r
    cross join lateral json_array_elements(r.data) with ordinality as d (row, place)
    where r.next_cursor is null
    order by d.place
    $$,
    $$
    values
    ('res_B', 'PEN', '2025-12-12', '970'), ('res_a', 'PEN', '2025-12-10', '970'),
    ('res_a', 'PEN', '2025-12-11', '970'), ('res_a', 'USD', '2025-12-10', '970'),
    ('res_b', 'PEN', '2025-12-09', '970')
    $$,
    'a report comes in the order of its key, by bytes'
);
select is(
    (
        select string_agg(
            concat_ws(' ', d.row ->> 'restaurant_id', d.row ->> 'currency', d.row ->> 'business_day'),
            ', ' order by d.place
        )
        from get_report(c.name, c.restaurant_id, c.currency, c.first, c.last) as r
        cross join lateral json_array_elements(r.data) with ordinality as d (row, place)
    ),
    c.expected, c.what
)
from (
    values
    (
        'daily_sales', 'res_b', null, null::date, null::date, 'res_b PEN 2025-12-09',
        'of one restaurant'
    ),
    ('daily_sales', null, 'usd', null, null, 'res_a USD 2025-12-10', 'in one currency'),
    (
        'daily_sales', null, null, '2025-12-11', null,
        'res_B PEN 2025-12-12, res_a PEN 2025-12-11', 'from a day on'
    ),
    ('daily_sales', null, null, null, '2025-12-09', 'res_b PEN 2025-12-09', 'up to a day'),
    ('daily_sales', null, 'JPY', null, null, null, 'or with no row')
) as c (name, restaurant_id, currency, first, last, expected, what);

-- Pages
reset role;
create temporary table pages as
with recursive pages as (
    select 1 as page, r.data, r.next_cursor
    from get_report('daily_sales', p_limit => 2) as r
    union all
    select p.page + 1, r.data, r.next_cursor
    from pages as p
    cross join lateral get_report('daily_sales', p_limit => 2, p_cursor => p.next_cursor) as r
    where p.next_cursor is not null
)

select p.page, p.data, p.next_cursor from pages as p;
select is(
    (select string_agg(json_array_length(p.data)::text, ' ' order by p.page) from pages as p),
    '2 2 1', 'pages have as many rows as was asked for, the last one the rest'
);
select results_eq(
    $$
    select d.row::text
    from pages as p
    cross join lateral json_array_elements(p.data) with ordinality as d (row, place)
    order by p.page, d.place
    $$,
    $$
    select d.row::text
    from get_report('daily_sales') as r
    cross join lateral json_array_elements(r.data) with ordinality as d (row, place)
    order by d.place
    $$,
    'and together they are the report'
);

-- CSV
set local role cuenta_app;
select is(
    (select r.csv from get_report_csv('daily_sales', 'res_a', 'USD') as r),
    concat(
        'restaurant_id,currency,business_day,gross,fees,refunds,disputes,net,charge_count,refund_count',
        chr(13), chr(10), 'res_a,USD,2025-12-10,1000,30,0,0,970,1,0', chr(13), chr(10)
    ),
    'a CSV has the names of the columns in its first line, and CR LF at the end of each'
);
select is(
    (
        select r.csv
        from get_report_csv(
            'daily_sales_in_base', 'res_b', p_base_currency => 'usd', p_source => 'sbs'
        ) as r
    ),
    concat(
        'source,base_currency,restaurant_id,currency,business_day,gross,fees,refunds,disputes,net,'
        'charge_count,refund_count,rate,rate_date,method,no_rate_reason,gross_in_base,'
        'fees_in_base,refunds_in_base,disputes_in_base,net_in_base', chr(13), chr(10),
        'SBS,USD,res_b,PEN,2025-12-09,1000,30,0,0,970,1,0,,,,no_rate_in_7_days,,,,,', chr(13), chr(10)
    ),
    'what is null is empty, and never 0'
);
select is(
    (select length(r.csv) - length(replace(r.csv, chr(10), '')) from get_report_csv('daily_sales') as r),
    6, 'all of it comes at once'
);
select throws_ok(
    'select * from get_report_csv(''daily_sales'', p_limit => 4)', 'LUREP',
    'report daily_sales has more than 4 rows', 'or nothing, where it is too long (LUREP)'
);
select lives_ok(
    'select * from get_report_csv(''daily_sales'', p_limit => 5)', 'just as long is not too long'
);
select throws_ok(
    'select * from get_report(''trial_balance'', p_cursor => '
    '(select r.next_cursor from get_report(''daily_sales'', p_limit => 1) as r))', 'LBCUR', null,
    'a cursor of another report is none (LBCUR)'
);
select throws_ok(
    'select * from get_report(''trial_balance'', p_from => ''2025-12-01'')', 'LBFIL',
    'report trial_balance cannot be filtered by from, to',
    'a report without days cannot be asked for some (LBFIL)'
);
select is(
    (select count(*) from api.get_report('daily_sales', p_from => d.first, p_to => d.last)),
    (select count(*) from api.get_report('daily_sales')),
    format('days from %s to %s leave out none', d.first, d.last)
)
from (
    values (date '-infinity', date 'infinity'), (date '4714-11-24 BC', date '5874897-12-31')
) as d (first, last);
select throws_ok(
    'select * from get_report(''daily_sales'', ''nobody'')', 'LNRES', null,
    'a restaurant that is not known is told (LNRES)'
);
select throws_ok(
    'select * from get_report(''balances_in_base'', p_base_currency => ''USD'')', 'LBARG',
    'source is missing', 'whose rates has to be said (LBARG)'
);
reset role;
select is(
    ledger.write_csv_cell(c.text), c.cell, format('the cell %s', coalesce(c.what, c.cell))
)
from (
    values
    ('plain', 'plain', null), ('a,b', '"a,b"', null), ('a "b"', '"a ""b"""', null),
    ('=1+1', '"''=1+1"', null), ('+1', '"''+1"', null), ('-1', '"''-1"', null),
    ('@x', '"''@x"', null), (chr(9) || 'x', '"''' || chr(9) || 'x"', 'with a tab in front'),
    ('a' || chr(10) || 'b', '"a' || chr(10) || 'b"', 'with a line end in it'), ('', '""', null),
    (null, '', 'of nothing'), ('1-1', '1-1', null)
) as c (text, cell, what);

select * from finish();
rollback;
