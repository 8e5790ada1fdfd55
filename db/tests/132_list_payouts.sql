-- api.list_payouts: payouts, the newest as_of first, page by page.
begin;
select plan(27);

set local role cuenta_app;

-- The service: what is no list
select throws_ok(
    format('select * from list_payouts(p_limit => %s)', l.n), 'LBLIM',
    'limit must be from 1 to 500',
    format('raises for a limit of %s (LBLIM)', l.n)
)
from (values ('0'), ('-1'), ('501'), ('null')) as l (n);
select throws_ok(
    format('select * from list_payouts(p_cursor => %L)', c.text), 'LBCUR',
    'cursor is not one of this list',
    format('raises for the cursor "%s" (LBCUR)', c.text)
)
from (values (''), ('x'), ('cG9fMQ=='), ('2025-12-30')) as c (text);
select throws_ok(
    'select * from list_payouts(p_status => ''LOST'')', 'LUSTA', 'a payout is never ''LOST''',
    'raises for a status that no payout has (LUSTA)'
);
select throws_ok(
    'select * from list_payouts(p_restaurant_id => ''res_999'')', 'LNRES',
    'restaurant ''res_999'' does not exist',
    'raises for a restaurant that is not known (LNRES)'
);
select throws_ok(
    'select * from list_payouts(p_currency => ''ZZZ'')', 'LUCUR',
    'currency ''ZZZ'' is none of ISO 4217',
    'raises for an unknown currency (LUCUR)'
);
select is_empty('select * from list_payouts()', 'there are none at first');

-- Three restaurants, three days, two currencies
select is(
    (
        select count(*) filter (where a.status = 'processed')
        from ingest_events(
            (
                select
                    jsonb_agg(
                        jsonb_build_object(
                            'event_id', format('evt_%s_%s_%s', r.id, d.day, c.currency),
                            'event_type', 'charge_succeeded', 'occurred_at',
                            d.day || 'T12:00:00-05:00',
                            'restaurant_id', r.id, 'currency', c.currency, 'amount', 1000
                        )
                    )
                from (values ('res_1'), ('res_2'), ('res_3')) as r (id)
                cross join (values ('2025-12-01'), ('2025-12-02'), ('2025-12-03')) as d (day)
                cross join (values ('PEN'), ('USD')) as c (currency)
            )
        ) as a
    ),
    18::bigint, 'charges of three restaurants on three days in two currencies'
);
select is(
    (select sum(r.payouts_created) from run_payouts(c.currency, d.day) as r), 3::bigint,
    format('payouts of %s for %s', c.currency, d.day)
)
from (values ('2025-12-01'::date), ('2025-12-02'), ('2025-12-03')) as d (day)
cross join (values ('PEN'), ('USD')) as c (currency);

-- The service: all, filtered, page by page
select is(
    (select array_agg(distinct p.as_of order by p.as_of desc) from list_payouts() as p),
    array(select p.as_of from list_payouts() as p group by p.as_of order by min(array_position(
        (select array_agg(q.payout_id) from list_payouts() as q), p.payout_id
    ))),
    'the newest as_of comes first'
);
select results_eq(
    $$
    select count(*), count(distinct p.payout_id), count(p.cursor)
    from list_payouts() as p
    $$,
    'values (18::bigint, 18::bigint, 18::bigint)',
    'all are listed without a filter, each with a cursor'
);
reset role;
select results_eq(
    $$
    select count(*)
    from list_payouts() as l
    inner join ledger.payouts as p
        on
            l.payout_id = p.payout_id
                and l.restaurant_id = p.restaurant_id
                and l.currency = p.currency
            and l.as_of = p.as_of and l.amount = p.amount and l.status = p.status
            and l.run_id = p.run_id and l.created_at = p.created_at
    where num_nonnulls(l.paid_at, l.failed_at, l.failure_reason) = 0
    $$,
    'values (18::bigint)',
    'a row has the columns of the payout'
);
create function pg_temp.pages(p_limit integer, p_restaurant_id text default null) returns text[]
language plpgsql
as $$
declare
    v_cursor text;
    v_ids text[] = '{}';
    r_page record;
begin
    loop
        select array_agg(p.payout_id) as ids, (array_agg(p.cursor))[count(*)] as cursor
        into r_page
        from api.list_payouts(p_restaurant_id, p_limit => p_limit, p_cursor => v_cursor) as p;
        exit when r_page.ids is null or cardinality(v_ids) > 100;
        v_ids := v_ids || r_page.ids;
        v_cursor := r_page.cursor;
    end loop;
    return v_ids;
end
$$;
set local role cuenta_app;
select is(
    pg_temp.pages(l.n), array(select p.payout_id from list_payouts() as p),
    format('pages of %s give the same list, without a gap or a repetition', l.n)
)
from (values (1), (7)) as l (n);
select results_eq(
    $$
    select
        (
            select count(*)
            from list_payouts(p_restaurant_id => 'res_2') as p
            where p.restaurant_id = 'res_2'
        ),
        (select count(*) from list_payouts(p_restaurant_id => 'res_2')),
        (select count(*) from list_payouts('res_2', 'usd') as p where p.currency = 'USD'),
        (select count(*) from list_payouts('res_2', 'USD')),
        (select count(*) from list_payouts(p_status => 'CREATED')),
        (select count(*) from list_payouts(p_status => 'PAID')),
        (select count(*) from list_payouts(p_limit => 5))
    $$,
    'values (6::bigint, 6::bigint, 3::bigint, 3::bigint, 18::bigint, 0::bigint, 5::bigint)',
    'restaurant, currency, status and limit narrow the list'
);
select is(
    pg_temp.pages(2, 'res_2'), array(select p.payout_id from list_payouts('res_2') as p),
    'and pages go together with a filter'
);

-- Others
reset role;
set local role cuenta_reader;
select isnt_empty('select * from api.list_payouts()', 'readers may look, too');
reset role;

select * from finish();
rollback;
