-- api.get_statement: what a restaurant's days open with, what moved, what they close with.
begin;
select plan(34);

create function pg_temp.send(p_id text, p_at text, p_amount bigint, p_change jsonb default '{}')
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_at, 'restaurant_id', 'res_1',
        'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;

set local role cuenta_app;

-- The service: what there is no statement of
select throws_ok(
    'select * from get_statement(''res_1'', ''PEN'', ''2025-12-01'', ''2025-12-31'')', 'LNRES',
    'restaurant ''res_1'' does not exist', 'raises for a restaurant that is not known (LNRES)'
);
select lives_ok('select * from set_restaurant(''res_1'')', 'a restaurant');
select throws_ok(
    'select * from get_statement(''res_1'', ''ZZZ'', ''2025-12-01'', ''2025-12-31'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217', 'raises for an unknown currency (LUCUR)'
);
select throws_ok(
    format('select * from get_statement(''res_1'', ''PEN'', %L, %L)', p.first, p.last), 'LBARG', p.message,
    format('raises when %s (LBARG)', p.message)
)
from (
    values (null, '2025-12-31', 'from is missing'), ('2025-12-01', null, 'to is missing')
) as p (first, last, message);
select throws_ok(
    format('select * from get_statement(''res_1'', ''PEN'', %L, %L)', p.first, p.last), 'LBPER',
    'from and to are the first and the last of at most 366 days', format('raises for days that %s (LBPER)', p.what)
)
from (
    values
    ('2025-12-02', '2025-12-01', 'end before they begin'), ('2025-01-01', '2026-01-02', 'are more than 366'),
    ('-infinity', '2025-12-01', 'have no beginning'), ('2025-12-01', 'infinity', 'have no end'),
    ('5874897-12-31', '5874897-12-31', 'end where the calendar does'),
    ('4713-01-01 BC', '4713-01-02 BC', 'lie before it')
) as p (first, last, what);
select results_eq(
    'select s.* from get_statement(''res_1'', ''pen'', ''2025-12-01'', ''2025-12-01'') as s',
    $$
    values (
        'res_1', 'PEN', date '2025-12-01', date '2025-12-01', false, 0::numeric, '[]'::jsonb, '[]'::jsonb,
        0::numeric, '[{"day": "2025-12-01", "opening": 0, "activity": [], "closing": 0}]'::jsonb
    )
    $$,
    'a currency in which nothing happened opens and closes with nothing'
);

-- The service: a story
select is(
    string_agg(pg_temp.send(e.id, e.at, e.amount, e.change), ' ' order by e.id),
    'processed processed processed processed processed', 'charges and refunds of three days, and one in dollars'
)
from (
    values
    ('a_1', '2025-12-10T12:00:00-05:00', 10000, '{"fee": 300}'::jsonb),
    ('a_2', '2025-12-10T13:00:00-05:00', 2000, '{"fee": 60}'),
    ('a_3', '2025-12-11T12:00:00-05:00', 500, '{"event_type": "refund_succeeded"}'),
    ('a_4', '2025-12-13T12:00:00-05:00', 1000, '{}'),
    ('a_5', '2025-12-13T12:00:00-05:00', 7777, '{"currency": "USD"}')
) as e (id, at, amount, change);
select is((select r.payouts_created from run_payouts('PEN', '2025-12-11') as r), 1, 'a payout');
select is(
    string_agg(pg_temp.send(e.id, e.at, e.amount, e.change), ' ' order by e.id), 'processed processed',
    'after which a charge comes late, and a refund takes more than there is'
)
from (
    values
    ('b_1', '2025-12-10T14:00:00-05:00', 40, '{"fee": 1}'::jsonb),
    ('b_2', '2025-12-14T12:00:00-05:00', 5000, '{"event_type": "refund_succeeded"}')
) as e (id, at, amount, change);
select results_eq(
    $$
    select s.is_final, s.opening::integer, s.closing::integer, s.activity
    from get_statement('res_1', 'PEN', '2025-12-10', '2025-12-14') as s
    $$,
    $$
    values (
        false, 0, -3961,
        '[
            {"entry_type": "CHARGE", "entry_count": 4, "amount": 13040, "balance_change": 13040},
            {"entry_type": "FEE", "entry_count": 3, "amount": 361, "balance_change": -361},
            {"entry_type": "PAYOUT_RESERVE", "entry_count": 1, "amount": 11140, "balance_change": -11140},
            {"entry_type": "REFUND", "entry_count": 2, "amount": 5500, "balance_change": -5500}
        ]'::jsonb
    )
    $$,
    'activity by kind leads from the opening to the closing'
);
select results_eq(
    $$
    select p.value - 'payout_id'
    from get_statement('res_1', 'PEN', '2025-12-10', '2025-12-14') as s
    cross join lateral jsonb_array_elements(s.payouts) as p (value)
    $$,
    $$
    values ('{"as_of": "2025-12-11", "amount": 11140, "status": "CREATED", "balance_change": -11140}'::jsonb)
    $$,
    'with its payouts'
);
select results_eq(
    $$
    select d.value ->> 'day', (d.value -> 'opening')::integer, jsonb_array_length(d.value -> 'activity'),
    (d.value -> 'closing')::integer
    from get_statement('res_1', 'PEN', '2025-12-09', '2025-12-15') as s
    cross join lateral jsonb_array_elements(s.days) as d (value)
    $$,
    $$
    values
    ('2025-12-09', 0, 0, 0), ('2025-12-10', 0, 2, 11640), ('2025-12-11', 11640, 2, 0), ('2025-12-12', 0, 2, 39),
    ('2025-12-13', 39, 1, 1039), ('2025-12-14', 1039, 1, -3961), ('2025-12-15', -3961, 0, -3961)
    $$,
    'day by day: what comes late is in the first day that is open, and a debt is below zero'
);
select results_eq(
    'select s.is_final, s.closing::integer from get_statement(''res_1'', ''PEN'', ''2025-12-01'', ''2025-12-11'') as s',
    'values (true, 0)', 'days that a payout has closed are final'
);
select is(
    (select jsonb_array_length(s.days) from get_statement('res_1', 'PEN', '2024-02-01', '2025-01-31') as s), 366,
    'a leap year is not too long'
);
select is(
    string_agg(pg_temp.send(e.id, e.at, e.amount, e.change || '{"restaurant_id": "res_3"}'), ' ' order by e.id),
    'processed processed', 'elsewhere a refund comes before the days before it are paid'
)
from (
    values
    ('c_1', '2025-12-10T12:00:00-05:00', 1000, '{}'::jsonb),
    ('c_2', '2025-12-14T12:00:00-05:00', 400, '{"event_type": "refund_succeeded"}')
) as e (id, at, amount, change);
select is((select r.payouts_amount from run_payouts('PEN', '2025-12-12') as r), 600::numeric, 'a payout of less');
select results_eq(
    $$
    select d.value ->> 'day', (d.value -> 'opening')::integer, (d.value -> 'closing')::integer
    from get_statement('res_3', 'PEN', '2025-12-12', '2025-12-14') as s
    cross join lateral jsonb_array_elements(s.days) as d (value)
    union all
    select 'only', s.opening::integer, s.closing::integer from get_statement('res_3', 'PEN', '2025-12-13', '2025-12-13') as s
    $$,
    $$
    values
    ('2025-12-12', 1000, 400), ('2025-12-13', 400, 400), ('2025-12-14', 400, 0), ('only', 400, 400)
    $$,
    'what a payout carries over is what the days after it open with'
);
reset role;
select lives_ok(
    'select * from set_payout_terms(''res_4'', ''PEN'', p_payable_unit => 100)', 'a bank that moves no less than 1.00'
) from (select set_restaurant('res_4')) as s;
select is(
    pg_temp.send('d_1', '2025-12-10T12:00:00-05:00', 1234, '{"restaurant_id": "res_4"}'), 'processed',
    'a charge of 12.34'
);
select is(
    (select r.payouts_amount from run_payouts('PEN', '2025-12-20') as r), 1200::numeric, 'is paid without its 34 cents'
);
select results_eq(
    $$
    select s.opening::integer, s.closing::integer, s.is_final
    from get_statement('res_4', 'PEN', '2025-12-19', '2025-12-20') as s
    union all
    select s.opening::integer, s.closing::integer, s.is_final
    from get_statement('res_4', 'PEN', '2025-12-21', '2025-12-22') as s
    $$,
    'values (1234, 34, true), (34, 34, false)', 'which the next days open with'
);

-- The service: always. Two hundred random events and five payouts, failed ones and refunds past what there is.
reset role;
do $do$
declare
    r_payout record;
begin
    perform setseed(0.7);
    for v_no in 1..200 loop
        perform api.ingest_event(
            jsonb_build_object(
                'event_id', 'r_' || v_no, 'restaurant_id', 'res_2', 'currency', 'PEN',
                'event_type', case when random() < 0.3 then 'refund_succeeded' else 'charge_succeeded' end,
                'occurred_at', timestamptz '2025-10-01Z' + random() * interval '40 days',
                'amount', 1 + (random() * 1000)::integer
            )
        );
        if v_no % 40 = 0 then
            perform api.run_payouts('PEN', date '2025-10-01' + v_no / 8, 1);
            for r_payout in
                select p.* from ledger.payouts as p where p.restaurant_id = 'res_2' and p.status = 'CREATED' and v_no = 120
            loop
                perform api.ingest_event(
                    jsonb_build_object(
                        'event_id', 'f_' || r_payout.payout_id, 'restaurant_id', 'res_2', 'currency', 'PEN',
                        'event_type', 'payout_failed', 'occurred_at', '2025-10-20T12:00:00Z',
                        'amount', r_payout.amount, 'payout_id', r_payout.payout_id
                    )
                );
            end loop;
        end if;
    end loop;
end
$do$;
select cmp_ok(
    (select count(*) from ledger.payouts as p where p.restaurant_id = 'res_2'), '>=', 3::bigint, 'some payouts'
);
create temporary view statements as
select d.day, s.opening, s.closing
from (select date '2025-09-25' + n.number as day from generate_series(0, 60) as n (number)) as d
cross join lateral api.get_statement('res_2', 'PEN', d.day, d.day) as s;
select is_empty(
    $$
    select s.day, s.opening, s.closing, e.balance
    from statements as s
    cross join lateral (
        select coalesce(sum(t.balance_effect * x.amount), 0) as balance
        from ledger.ledger_entries as x
        inner join ledger.entry_types as t on x.entry_type = t.entry_type
        where x.restaurant_id = 'res_2' and x.settlement_day <= s.day
    ) as e
    where s.closing <> e.balance
    $$,
    'each day closes with the sum of all that has settled by then, whichever payout it is reckoned from'
);
select is_empty(
    'select s.day from statements as s inner join statements as n on n.day = s.day + 1 where n.opening <> s.closing',
    'and opens with what the day before closes with'
);
select results_eq(
    $$
    select (d.value ->> 'day')::date, (d.value -> 'opening')::numeric, (d.value -> 'closing')::numeric
    from api.get_statement('res_2', 'PEN', '2025-09-25', '2025-11-24') as s
    cross join lateral jsonb_array_elements(s.days) as d (value)
    $$,
    'select s.* from statements as s', 'in one statement as in many'
);
select is(
    (select s.closing from api.get_statement('res_2', 'PEN', '2025-11-01', '2026-10-31') as s),
    (select b.balance::numeric from ledger.account_balances as b where b.restaurant_id = 'res_2'),
    'in the end it is the balance'
);

-- Others
set local role cuenta_reader;
select lives_ok(
    'select * from api.get_statement(''res_1'', ''PEN'', ''2025-12-01'', ''2025-12-31'')', 'readers may ask, too'
);
reset role;
set local role cuenta_processor;
select throws_ok(
    'select * from api.get_statement(''res_1'', ''PEN'', ''2025-12-01'', ''2025-12-31'')', '42501',
    'permission denied for function get_statement', 'processors may not (42501)'
);
reset role;

select * from finish();
rollback;
