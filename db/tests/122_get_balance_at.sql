-- api.get_balance with p_at: what a restaurant owned at an earlier moment.
begin;
select plan(18);

create function pg_temp.event(p_id text, p_restaurant_id text, p_at timestamptz, p_change jsonb default '{}')
returns jsonb
language sql
as $$
select jsonb_build_object(
    'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_at,
    'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', 1010, 'fee', 10
) || p_change
$$;

-- What the answer has to be: every entry that was recorded by then, one by one.
create function pg_temp.sum_of_entries(p_restaurant_id text, p_at timestamptz, p_today date)
returns table (available numeric, pending numeric, reserved bigint, held bigint, total numeric)
language sql
as $$
select s.balance - s.pending, s.pending, s.reserved, s.held, s.balance + s.reserved + s.held
from (
    select
        coalesce(sum(t.balance_effect * e.amount), 0) as balance,
        coalesce(sum(t.reserved_effect * e.amount), 0)::bigint as reserved,
        coalesce(sum(t.held_effect * e.amount), 0)::bigint as held,
        coalesce(sum(t.balance_effect * e.amount) filter (
            where e.available_on > p_today
                and t.may_be_pending
                and (e.available_on > e.business_day or v.occurred_at > e.recorded_at)
        ), 0) as pending
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    left join ledger.processor_events as v on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
    where e.restaurant_id = p_restaurant_id and e.recorded_at <= p_at
) as s
$$;

create temporary table told (step integer, at timestamptz, balance jsonb);

-- Answers now, to be asked for again later
create function pg_temp.tell(p_step integer, p_restaurant_id text) returns void
language sql
as $$
insert into told (step, at, balance)
select p_step, clock_timestamp(), to_jsonb(b) - 'last_event_at'
from get_balance(p_restaurant_id, 'PEN') as b
$$;

-- The service: what has no balance
set local role cuenta_app;
select throws_ok(
    'select * from get_balance(''res_1'', ''PEN'', now())', 'LNRES', 'restaurant ''res_1'' does not exist',
    'raises for a restaurant that is not known (LNRES)'
);
select throws_ok(
    'select * from get_balance(''res_1'', ''ZZZ'', now())', 'LUCUR', 'currency ''ZZZ'' is none of ISO 4217',
    'raises for an unknown currency (LUCUR)'
);
select lives_ok(
    'select * from set_restaurant(''res_1'', ''Etc/GMT+12'', p_settlement_delay_days => 1)',
    'a restaurant behind everybody''s day'
);
select throws_ok(
    format('select * from get_balance(''res_1'', ''PEN'', %L)', m.at), 'LUMOM',
    'at is a moment that has not come', format('raises for %s (LUMOM)', m.what)
)
from (
    values ((now() + interval '1 minute')::text, 'a moment that has not come'), ('infinity', 'no moment at all')
) as m (at, what);
select results_eq(
    format('select b.* from get_balance(''res_1'', ''pen'', %L) as b', m.at),
    $$
    values (
        'res_1', 'PEN', 0::numeric, 0::numeric, 0::bigint, 0::bigint, 0::numeric, null::timestamptz
    )
    $$,
    format('zeros %s', m.what)
)
from (
    values (now()::text, 'without an entry'), ('-infinity', 'at the beginning of time')
) as m (at, what);
reset role;

-- The service: what was said then is said now
do $do$
begin
    perform pg_temp.tell(0, 'res_1');
    perform api.ingest_event(pg_temp.event('a_1', 'res_1', now() - interval '5 days'));
    perform pg_temp.tell(1, 'res_1');
    perform api.ingest_event(pg_temp.event('a_2', 'res_1', now()));
    perform pg_temp.tell(2, 'res_1');
    perform api.ingest_events(jsonb_build_array(
        pg_temp.event('a_3', 'res_1', now() - interval '1 day'),
        pg_temp.event('a_4', 'res_1', now(), '{"amount": 50, "fee": 5}'),
        pg_temp.event('a_5', 'res_1', now(), '{"amount": 70, "fee": 0}')
    ));
    perform pg_temp.tell(3, 'res_1');
    perform api.ingest_event(
        pg_temp.event('a_6', 'res_1', now(), '{"event_type": "refund_succeeded", "amount": 100, "fee": 0}')
    );
    perform pg_temp.tell(4, 'res_1');
    perform api.run_payouts('PEN', current_date - 3);
    perform pg_temp.tell(5, 'res_1');
    perform api.ingest_event(pg_temp.event('a_7', 'res_1', now(), jsonb_build_object(
        'event_type', 'payout_paid', 'payout_id', p.payout_id, 'amount', p.amount
    ) - 'fee') - 'fee')
    from ledger.payouts as p;
    perform pg_temp.tell(6, 'res_1');
    -- The day is another one: what was pending is not any more.
    perform api.set_restaurant('res_1', 'Pacific/Kiritimati', 0, 0);
    perform pg_temp.tell(7, 'res_1');
    perform api.ingest_event(pg_temp.event('a_8', 'res_1', now()));
    perform pg_temp.tell(8, 'res_1');
    perform api.set_restaurant('res_1', 'Etc/GMT+12', 7);
    perform pg_temp.tell(9, 'res_1');
    -- A day of its own, far away; a mistake while it waits; a refund before its charge.
    perform api.ingest_event(
        pg_temp.event('a_9', 'res_1', now(), jsonb_build_object('available_on', current_date + 200))
    );
    perform pg_temp.tell(10, 'res_1');
    perform api.ingest_event(
        pg_temp.event('a_10', 'res_1', now(), jsonb_build_object('available_on', current_date + 200, 'amount', 77))
    );
    perform pg_temp.tell(11, 'res_1');
    perform api.reverse_event('a_9', 'A mistake', 'fix_1');
    perform pg_temp.tell(12, 'res_1');
    perform api.hold_funds('res_1', 'PEN', 40, 'A check', 'hold_1', 'ana');
    perform pg_temp.tell(13, 'res_1');
end
$do$;
select results_eq(
    -- A change of zone moves the day, and with it the balance, at some hours only.
    $$
    select count(*), count(distinct t.balance) > 10, count(distinct t.balance ->> 'pending') > 3
    from told as t
    $$,
    'values (14::bigint, true, true)', 'a story in which most steps move something'
);
select is_empty(
    $$
    select t.step, t.balance, b.balance
    from told as t
    cross join lateral (
        select to_jsonb(g) - 'last_event_at' as balance from get_balance('res_1', 'PEN', t.at) as g
    ) as b
    where b.balance <> t.balance
    $$,
    'each moment has the balance that was told then: settings that changed later do not change it'
);
select results_eq(
    'select to_jsonb(b) from get_balance(''res_1'', ''PEN'', clock_timestamp()) as b',
    'select to_jsonb(b) from get_balance(''res_1'', ''PEN'') as b',
    'this moment has the balance of now, last_event_at included'
);
select is(
    (select b.last_event_at from get_balance('res_1', 'PEN', (select t.at from told as t where t.step = 4)) as b),
    null, 'what was the latest event at an earlier moment is not kept'
);

-- The service: months. Recorded then, by the clock of then: two charges and a refund a day, some late, a delay that
-- changes, payouts.
select lives_ok('select * from set_restaurant(''old'', ''America/Lima'', 3, 2)', 'a restaurant of long ago');
do $do$
declare
    v_now timestamptz;
begin
    for v_day in 0..60 loop
        v_now := timestamptz '2024-01-01T12:00:00-05:00' + make_interval(days => v_day);
        if v_day in (15, 30, 45) then
            perform set_restaurant('old', p_settlement_delay_days => case v_day when 15 then 25 when 30 then 0 else 5 end);
        end if;
        perform ledger.post_event(pg_temp.event('m_' || v_day, 'old', v_now), v_now);
        perform ledger.post_event(
            pg_temp.event('l_' || v_day, 'old', v_now - make_interval(days => v_day % 7)), v_now + interval '8 hours'
        );
        perform ledger.post_event(
            pg_temp.event('r_' || v_day, 'old', v_now, '{"event_type": "refund_succeeded", "amount": 30, "fee": 0}'),
            v_now + interval '9 hours'
        );
        perform ledger.post_event(
            pg_temp.event('n_' || v_day, 'old', v_now + interval '15 hours 2 minutes'), v_now + interval '14 hours 59 minutes'
        );
        if v_day % 10 = 9 then
            insert into ledger.payout_runs (run_id, currency, as_of, min_amount, started_at)
            values ('run_' || v_day, 'PEN', v_now::date - 1, 1, v_now);
            perform ledger.pay_accounts(
                array['old'], 'PEN', v_now::date - 1, 1, 'run_' || v_day, v_now + interval '14 hours'
            );
        end if;
    end loop;
end
$do$;
select cmp_ok(
    (select count(*) from ledger.ledger_entries as e where e.restaurant_id = 'old'), '>', 400::bigint,
    'two months of entries'
);
create temporary view moments as
select m.at, ((m.at at time zone 'America/Lima') - interval '3 hours')::date as today
from ledger.ledger_entries as e
cross join lateral (
    values (e.recorded_at), (e.recorded_at - interval '1 microsecond'), (e.recorded_at + interval '7 hours')
) as m (at)
where e.restaurant_id = 'old' and e.entry_seq % 3 = 0;
select is_empty(
    $$
    select m.at, to_jsonb(b), to_jsonb(s)
    from (select distinct k.* from moments as k) as m
    cross join lateral get_balance('old', 'PEN', m.at) as b
    cross join lateral pg_temp.sum_of_entries('old', m.at, m.today) as s
    where (b.available, b.pending, b.reserved, b.held, b.total)
        is distinct from (s.available, s.pending, s.reserved, s.held, s.total)
    $$,
    'at each of its moments the balance is the sum of the entries that were recorded by then'
);
select cmp_ok(
    (
        select count(distinct b.pending)
        from moments as m
        cross join lateral get_balance('old', 'PEN', m.at) as b
    ),
    '>', 20::bigint, 'of which much was pending'
);
update ledger.pending_days set first_entry_seq = null, last_entry_seq = null where restaurant_id = 'old';
select is_empty(
    $$
    select m.at, to_jsonb(b), to_jsonb(s)
    from (select distinct k.* from moments as k) as m
    cross join lateral get_balance('old', 'PEN', m.at) as b
    cross join lateral pg_temp.sum_of_entries('old', m.at, m.today) as s
    where (b.available, b.pending, b.reserved, b.held, b.total)
        is distinct from (s.available, s.pending, s.reserved, s.held, s.total)
    $$,
    'also where a day does not know its entries, being older than that'
);
select is_empty(
    -- Its settings were changed by the clock of the server, its entries recorded by one of long ago,
    -- and its chunks paid without the run that counts them.
    $$
    select f.*
    from reporting.integrity_findings as f
    where f.severity = 'error'
        and f.check_name not in (
            'available_day_differs', 'payout_run_differs_from_payouts', 'payout_skip_contradicts',
            'payout_unlike_its_run'
        )
    $$,
    'the book is sound'
);

-- Others
set local role cuenta_reader;
select lives_ok('select * from api.get_balance(''old'', ''PEN'', ''2024-02-01Z'')', 'readers may ask, too');
reset role;

select * from finish();
rollback;
