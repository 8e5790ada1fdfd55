-- Days: settlement delay, closing hour, late events, time zones and their changes.
begin;
select plan(54);

create function pg_temp.send(
    p_restaurant_id text, p_id text, p_at text, p_amount bigint, p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_at,
        'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;
create function pg_temp.days(p_event_id text) returns text
language sql
as $$
select string_agg(
    format('%s %s/%s/%s', e.entry_type, e.business_day, e.available_on, e.settlement_day),
    ', ' order by e.entry_seq
)
from ledger.ledger_entries as e
inner join ledger.processor_events as v on e.restaurant_id = v.restaurant_id
    and e.event_no = v.event_no
where v.event_id = p_event_id
$$;
create function pg_temp.run(p_as_of date) returns text
language sql
as $$
select format('%s %s', r.payouts_amount, r.skipped) from api.run_payouts('PEN', p_as_of) as r
$$;

-- A delay of two days
select is(
    (
        select s.settlement_delay_days
        from set_restaurant('res_slow', p_settlement_delay_days => 2) as s
    ),
    2::smallint, 'money waits two days'
);
select is(
    pg_temp.send('res_slow', 'd_1', '2025-12-10T12:00:00-05:00', 1000, '{"fee": 50}'), 'processed',
    'a charge on the 10th'
);
select is(
    pg_temp.days('d_1'),
    'CHARGE 2025-12-10/2025-12-12/2025-12-12, FEE 2025-12-10/2025-12-12/2025-12-12',
    'is available on the 12th, and its fee is taken then'
);
select is(
    pg_temp.send(
        'res_slow', 'd_2', '2025-12-10T13:00:00-05:00', 100, '{"event_type": "refund_succeeded"}'
    ),
    'processed',
    'a refund on the 10th'
);
select is(pg_temp.days('d_2'), 'REFUND 2025-12-10/2025-12-10/2025-12-10', 'is taken on the 10th');
select is(
    pg_temp.run('2025-12-11'), '0 {"nothing_to_pay": 1}',
    'nothing is paid for the 11th (nothing_to_pay)'
);
select is(pg_temp.run('2025-12-12'), '850 {}', 'and all of it for the 12th');
select is(
    (
        select a.status
        from ingest_event(
            jsonb_build_object(
                'event_id', 'd_3', 'event_type', 'payout_failed', 'occurred_at',
                '2025-12-13T10:00:00-05:00',
                'restaurant_id', 'res_slow', 'currency', 'PEN', 'amount', 850,
                'payout_id',
                (select p.payout_id from ledger.payouts as p where p.restaurant_id = 'res_slow')
            )
        ) as a
    ),
    'processed', 'the payout fails'
);
select is(
    pg_temp.days('d_3'), 'PAYOUT_FAILURE 2025-12-13/2025-12-13/2025-12-13',
    'its money does not wait again'
);
select is(
    pg_temp.send('res_slow', 'd_4', '2025-12-09T12:00:00-05:00', 300), 'processed',
    'a charge of the 9th comes late'
);
select is(
    pg_temp.days('d_4'), 'CHARGE 2025-12-09/2025-12-11/2025-12-13',
    'it was available on the 11th and settles on the first open day'
);
select is(
    (
        select s.settlement_delay_days
        from set_restaurant('res_slow', p_settlement_delay_days => 0) as s
    ),
    0::smallint, 'the delay is lifted'
);
select is(
    pg_temp.send('res_slow', 'd_5', '2025-12-14T12:00:00-05:00', 10), 'processed',
    'a charge on the 14th'
);
select is(pg_temp.days('d_5'), 'CHARGE 2025-12-14/2025-12-14/2025-12-14', 'no longer waits');
select is(
    pg_temp.days('d_1'),
    'CHARGE 2025-12-10/2025-12-12/2025-12-12, FEE 2025-12-10/2025-12-12/2025-12-12',
    'what was posted keeps its days'
);

-- A place that closes at 3
select is(
    (select s.day_close_hour from set_restaurant('res_bar', p_day_close_hour => 3) as s),
    3::smallint, 'a bar closes at 3'
);
select is(
    pg_temp.send('res_bar', 'n_1', '2025-12-12T02:30:00-05:00', 100), 'processed', 'a drink at 2:30'
);
select is(
    pg_temp.send('res_bar', 'n_2', '2025-12-12T03:00:00-05:00', 200), 'processed',
    'a breakfast at 3:00'
);
select is(
    pg_temp.days('n_1'), 'CHARGE 2025-12-11/2025-12-11/2025-12-11', 'the drink belongs to the 11th'
);
select is(
    pg_temp.days('n_2'), 'CHARGE 2025-12-12/2025-12-12/2025-12-12', 'the breakfast to the 12th'
);
select is(
    pg_temp.run('2025-12-11'), '100 {"closed_by_later_payout": 1}',
    'the payout for the 11th has the drink alone'
);

-- Closed days, and what is not yet available
select is(
    (
        select s.settlement_delay_days
        from set_restaurant('res_mix', p_settlement_delay_days => 1) as s
    ),
    1::smallint, 'money waits a day'
);
select is(
    pg_temp.send('res_mix', 'x_1', '2025-12-15T12:00:00-05:00', 1000), 'processed',
    'a charge on the 15th'
);
select is(
    pg_temp.send('res_mix', 'x_2', '2025-12-16T12:00:00-05:00', 500), 'processed', 'and on the 16th'
);
select is(
    (
        select format('%s %s', r.payouts_amount, r.payouts_created)
        from run_payouts('PEN', '2025-12-16') as r
    ),
    '2360 3',
    'a payout for the 16th has what was available by then, of every restaurant'
);
select is(
    (select (b.available + b.pending)::bigint from get_balance('res_mix', 'PEN') as b), 500::bigint,
    'what is available later stays'
);

-- A zone with summer time: 25 October 2025 in Madrid has 24 hours, the 26th 25
select is(
    (select s.timezone from set_restaurant('res_mad', 'Europe/Madrid', 3) as s), 'Europe/Madrid',
    'a restaurant in Madrid'
);
select is(
    pg_temp.send('res_mad', 'z_1', '2025-10-26T00:30:00Z', 1), 'processed',
    '2:30 for the first time'
);
select is(
    pg_temp.send('res_mad', 'z_2', '2025-10-26T01:30:00Z', 2), 'processed',
    '2:30 for the second time'
);
select is(pg_temp.send('res_mad', 'z_3', '2025-10-26T02:30:00Z', 4), 'processed', '3:30');
select results_eq(
    $$
    select d.business_day, d.gross
    from reporting.daily_sales as d where d.restaurant_id = 'res_mad' order by d.business_day
    $$,
    $$values ('2025-10-25'::date, 3::numeric), ('2025-10-26', 4)$$,
    'both belong to the evening before'
);
select is(
    (select s.timezone from set_restaurant('res_mad', 'America/Lima', 0) as s), 'America/Lima',
    'it moves to Lima'
);
select is(
    pg_temp.send('res_mad', 'z_4', '2025-10-27T04:00:00Z', 8), 'processed',
    'and sells at 11 p.m. there'
);
select is(pg_temp.days('z_4'), 'CHARGE 2025-10-26/2025-10-26/2025-10-26', 'which is the 26th');
select is(
    (
        select sum(d.gross)
        from reporting.daily_sales as d
        where d.restaurant_id = 'res_mad'
            and d.business_day = '2025-10-25'
    ),
    3::numeric, 'what was booked before stays where it is'
);

-- The day goes back behind what is then taken back: from the first place on earth to the last
create function pg_temp.day_there(p_timezone text) returns date
language sql
as $$
select ledger.business_day(now() - interval '1 minute', p_timezone, 0::smallint)
$$;
create function pg_temp.money(p_restaurant_id text) returns text
language sql
as $$
select format('%s available, %s pending, %s in all', b.available, b.pending, b.total)
from api.get_balance(p_restaurant_id, 'PEN') as b
$$;
select is(
    (select s.timezone from set_restaurant('res_back', 'Pacific/Kiritimati') as s),
    'Pacific/Kiritimati', 'a restaurant where the day begins'
);
select is(
    pg_temp.send('res_back', 'b_1', (now() - interval '72 hours')::text, 1000), 'processed',
    'a charge three days ago'
);
select is(
    pg_temp.send(
        'res_back', 'b_2', (now() - interval '1 minute')::text, 200,
        '{"event_type": "refund_succeeded"}'
    ),
    'processed', 'a refund of today'
);
select is(
    pg_temp.send('res_back', 'b_3', (now() - interval '1 minute')::text, 127, '{"fee": 7}'),
    'processed', 'a charge of today'
);
select is(
    (select s.timezone from set_restaurant('res_ahead', 'Pacific/Kiritimati') as s),
    'Pacific/Kiritimati', 'and another one'
);
select is(
    pg_temp.send('res_ahead', 'b_5', (now() + interval '4 minutes')::text, 50), 'processed',
    'a charge that is told ahead of the clock'
);
select is(
    (
        select string_agg(s.timezone, ' ')
        from unnest('{res_back,res_ahead}'::text[]) as r (id)
        cross join lateral set_restaurant(r.id, 'Pacific/Pago_Pago') as s
    ),
    'Pacific/Pago_Pago Pacific/Pago_Pago', 'both move to where it ends'
);
select ok(
    pg_temp.day_there('Pacific/Pago_Pago') < pg_temp.day_there('Pacific/Kiritimati'),
    'where it is the day before, or the one before that'
);
select is(
    pg_temp.money('res_back'), '920 available, 0 pending, 920 in all', 'what counted counts on'
);
select is(
    pg_temp.money('res_ahead'), '0 available, 50 pending, 50 in all', 'what waited waits on'
);
select is(
    (
        select string_agg(concat_ws(' ', a.status, a.code), ', ')
        from unnest('{b_3,b_5}'::text[]) as r (id)
        cross join lateral reverse_event(r.id, 'typed twice', 'back_' || r.id) as a
    ),
    'processed, processed', 'both charges are taken back'
);
select is(
    pg_temp.money('res_back'), '800 available, 0 pending, 800 in all',
    'what counted is taken off at once'
);
select is(
    pg_temp.money('res_ahead'), '0 available, 0 pending, 0 in all',
    'and what waits is taken off what waits'
);
select is(
    pg_temp.days('back_b_3'),
    format(
        'CHARGE_REVERSAL %1$s/%1$s/%1$s, FEE_REVERSAL %1$s/%1$s/%1$s',
        pg_temp.day_there('Pacific/Kiritimati')
    ),
    'it is booked to the day of what it takes back, which is still to come'
);
select is(
    (
        select r.payouts_amount::bigint
        from run_payouts(
            'PEN', pg_temp.day_there('Pacific/Kiritimati') - 1, p_restaurant_ids => '{res_back}'
        ) as r
    ),
    800::bigint, 'a payout of the day before reserves no more than there is'
);

select is_empty(
    $$
    select f.check_name, f.finding
    from reporting.integrity_findings as f
    where f.severity = 'error'
    $$,
    'after all this the ledger is sound'
);
create function pg_temp.day_findings() returns text
language sql
as $$
select string_agg(distinct f.check_name || ' ' || f.severity, ', ')
from reporting.integrity_findings as f
where f.restaurant_id in ('res_back', 'res_ahead') and f.check_name like 'business_day%'
$$;
create function pg_temp.book_to(p_day date) returns void
language sql
as $$
update ledger.ledger_entries as e
set business_day = p_day
where e.restaurant_id = 'res_back' and e.entry_type = 'CHARGE_REVERSAL'
$$;
select is(pg_temp.day_findings(), null, 'nor does a day seem odd');
set local session_replication_role = replica;
select pg_temp.book_to(pg_temp.day_there('Pacific/Pago_Pago'));
select is(
    pg_temp.day_findings(), 'business_day_near_midnight warning',
    'a reversal that is booked to its own day, before what it takes back, is named'
);
select pg_temp.book_to(pg_temp.day_there('Pacific/Kiritimati') + 1);
select is(
    pg_temp.day_findings(), 'business_day_differs error, business_day_near_midnight warning',
    'and so is one of a day after both'
);
set local session_replication_role = origin;

select * from finish();
rollback;
