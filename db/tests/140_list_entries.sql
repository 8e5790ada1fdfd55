-- api.list_entries: a statement with running balance.
begin;
select plan(29);

create function pg_temp.send(p_change jsonb) returns text
language sql
as $$
select a.status
from api.ingest_event(
    '{"event_type": "charge_succeeded", "restaurant_id": "res_001", "currency": "PEN"}'::jsonb
    || p_change
) as a
$$;

set local role cuenta_app;

-- The service: what is no statement
select throws_ok(
    'select * from list_entries(''res_001'', ''PEN'')', 'LNRES',
    'restaurant ''res_001'' does not exist',
    'raises for a restaurant that is not known (LNRES)'
);
select is(
    pg_temp.send(
        '{"event_id": "e_1", "occurred_at": "2025-12-01T12:00:00-05:00", "amount": 1000, "fee": 50}'
    ),
    'processed', 'a charge on the 1st'
);
select throws_ok(
    'select * from list_entries(null, ''PEN'')', 'LBARG', 'restaurant_id is missing',
    'raises when the restaurant is not named (LBARG)'
);
select throws_ok(
    'select * from list_entries(''res_001'', null)', 'LBARG', 'currency is missing',
    'raises when the currency is not named (LBARG)'
);
select throws_ok(
    'select * from list_entries(''res_001'', ''ZZZ'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217',
    'raises for an unknown currency (LUCUR)'
);
select throws_ok(
    format('select * from list_entries(''res_001'', ''PEN'', p_limit => %s)', l.n), 'LBLIM',
    'limit must be from 1 to 500', format('raises for a limit of %s (LBLIM)', l.n)
)
from (values ('0'), ('501'), ('null')) as l (n);
select throws_ok(
    format('select * from list_entries(''res_001'', ''PEN'', p_cursor => %L)', c.text), 'LBCUR',
    'cursor is not one of this list', format('raises for the cursor "%s" (LBCUR)', c.text)
)
from (values (''), ('1'), ('eA=='), ('99999999999999999999')) as c (text);

-- The service: the statement
select is(
    pg_temp.send('{"event_id": "e_2", "occurred_at": "2025-12-02T12:00:00-05:00", "amount": 2000}'),
    'processed', 'a charge on the 2nd'
);
select is(
    pg_temp.send(
        '{"event_id": "e_3", "event_type": "refund_succeeded",
        "occurred_at": "2025-12-03T12:00:00-05:00", "amount": 300}'
    ),
    'processed', 'a refund on the 3rd'
);
select is(
    (select r.payouts_amount::bigint from run_payouts('PEN', '2025-12-02') as r), 2650::bigint, 'a payout'
);
reset role;
select is(
    pg_temp.send(
        jsonb_build_object(
            'event_id', 'e_4', 'event_type', 'payout_paid', 'occurred_at',
            '2025-12-04T12:00:00-05:00',
            'amount', 2650, 'payout_id', (select p.payout_id from ledger.payouts as p)
        )
    ),
    'processed', 'which is paid'
);
create temporary table known as select p.payout_id from ledger.payouts as p;
grant select on known to public;
set local role cuenta_app;
select results_eq(
    $$
    select
        e.entry_seq, e.entry_type collate "default", e.amount, e.balance_change, e.balance_after,
    e.reserved_after,
        e.event_id collate "default",
        e.payout_id = (select k.payout_id collate "default" from known as k)
    from list_entries('res_001', 'pen') as e
    $$,
    $$
    values
    (
        1::bigint, 'CHARGE', 1000::bigint, 1000::bigint, 1000::bigint, 0::bigint, 'e_1',
        null::boolean
    ),
    (2, 'FEE', 50, -50, 950, 0, 'e_1', null),
    (3, 'CHARGE', 2000, 2000, 2950, 0, 'e_2', null),
    (4, 'REFUND', 300, -300, 2650, 0, 'e_3', null),
    (5, 'PAYOUT_RESERVE', 2650, -2650, 0, 2650, null, true),
    (6, 'PAYOUT_RELEASE', 2650, 0, 0, 0, 'e_4', true)
    $$,
    'every entry with what it changes, the balance after it, and what caused it'
);
select results_eq(
    $$
    select e.available_on, e.settlement_day
    from list_entries('res_001', 'PEN') as e
    where e.entry_seq in (1, 3, 4)
    $$,
    $$
    values
    ('2025-12-01'::date, '2025-12-01'::date), ('2025-12-02', '2025-12-02'),
    ('2025-12-03', '2025-12-03')
    $$,
    'with its days'
);
select results_eq(
    $$
    select
        array(select e.entry_seq from list_entries('res_001', 'PEN', '2025-12-02') as e),
        array(
            select e.entry_seq
            from list_entries('res_001', 'PEN', null, '2025-12-02') as e
            where e.entry_type <> 'PAYOUT_RESERVE'
        ),
        array(
            select e.entry_seq
            from list_entries('res_001', 'PEN', '2025-12-02', '2025-12-02') as e
            where e.entry_type <> 'PAYOUT_RESERVE'
        ),
        array(
            select e.entry_seq
            from list_entries('res_001', 'PEN', '2026-01-02', '2026-01-01') as e
        )
    $$,
    $$
    select
        array(
            select e.entry_seq
            from list_entries('res_001', 'PEN') as e
            where e.settlement_day >= '2025-12-02'
            order by e.settlement_day, e.entry_seq
        ),
        '{1,2,3}'::bigint[], '{3}'::bigint[], '{}'::bigint[]
    $$,
    'from and to narrow it by settlement day, both included'
);
select is_empty(
    'select * from list_entries(''res_001'', ''USD'')',
    'a currency in which nothing happened has no entries'
);
reset role;
create function pg_temp.pages(p_limit integer, p_from date default null) returns bigint[]
language plpgsql
as $$
declare
    v_cursor text;
    v_entries bigint[] = '{}';
    r_page record;
begin
    loop
        select array_agg(e.entry_seq) as entries, (array_agg(e.cursor))[count(*)] as cursor
        into r_page
        from api.list_entries(
            'res_001', 'PEN', p_from, p_limit => p_limit, p_cursor => v_cursor
        ) as e;
        exit when r_page.entries is null or cardinality(v_entries) > 100;
        v_entries := v_entries || r_page.entries;
        v_cursor := r_page.cursor;
    end loop;
    return v_entries;
end
$$;
set local role cuenta_app;
select is(
    pg_temp.pages(l.n), '{1,2,3,4,5,6}'::bigint[],
    format('pages of %s give the same statement, without a gap or a repetition', l.n)
)
from (values (1), (4), (6)) as l (n);
select is(
    pg_temp.pages(1, '2025-12-02'),
    array(select e.entry_seq from list_entries('res_001', 'PEN', '2025-12-02') as e),
    'and pages go together with a first day'
);

-- The service: the newest first, one payout, and moments
select is(
    array(select e.entry_seq from list_entries('res_001', 'PEN', p_newest_first => true) as e),
    '{6,5,4,3,2,1}'::bigint[], 'the newest first on demand'
);
select is(
    array(
        select n.entry_seq
        from list_entries('res_001', 'PEN', p_limit => 2, p_newest_first => true) as e
        cross join lateral list_entries(
            'res_001', 'PEN', p_limit => 2, p_newest_first => true, p_cursor => e.cursor
        ) as n
        where e.entry_seq = 5
    ),
    '{4,3}'::bigint[], 'also page by page'
);
select is(
    array(
        select e.entry_seq
        from list_entries(
            'res_001', 'PEN', p_payout_id => (select k.payout_id from known as k)
        ) as e
    ),
    '{5,6}'::bigint[], 'only what is about one payout'
);
select results_eq(
    $$
    select
        (select count(*) from list_entries('res_001', 'PEN', p_recorded_from => now())),
        (select count(*) from list_entries('res_001', 'PEN', p_recorded_to => now())),
        (
            select count(*)
            from list_entries(
                'res_001', 'PEN', p_recorded_from => now() + interval '1 second'
            )
        ),
        (select count(*) from list_entries('res_002', 'PEN', p_recorded_from => now()))
    $$,
    'values (6::bigint, 0::bigint, 0::bigint, 0::bigint)',
    'from a moment on, and before one'
)
from set_restaurant('res_002');

-- Others
reset role;
set local role cuenta_reader;
select lives_ok(
    'select * from api.list_entries(''res_001'', ''PEN'')', 'readers may, too'
);
reset role;

select * from finish();
rollback;
