-- api.list_payments: the newest first, page by page, by the shortest way for each filter.
begin;
select plan(23);

create function pg_temp.send(
    p_id text, p_restaurant_id text, p_currency text, p_type text, p_amount bigint,
    p_change jsonb default '{}'
)
returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', p_type, 'occurred_at', '2025-12-30T10:00:00Z',
        'restaurant_id', p_restaurant_id, 'currency', p_currency, 'amount', p_amount
    ) || p_change
) as a
$$;
-- The ids of a list, as it has them.
create function pg_temp.ids(p_call text) returns text
language plpgsql stable
as $$
declare
    v_ids text;
begin
    execute format(
        'select string_agg(x.payment_id, '' '' order by x.n) from (select l.payment_id, '
        'row_number() over () as n from %s as l) as x', p_call
    ) into v_ids;
    return v_ids;
end
$$;
-- All pages, read one after the other.
create function pg_temp.pages(p_arguments text, p_limit integer) returns text
language plpgsql stable
as $$
declare
    v_ids text[] := '{}';
    v_cursor text;
    v_rows integer;
    r_row record;
begin
    loop
        v_rows := 0;
        for r_row in execute format(
            'select l.payment_id, l.cursor from api.list_payments(%s p_limit => %s, '
            'p_cursor => %L) as l', p_arguments, p_limit, v_cursor
        ) loop
            v_ids := v_ids || r_row.payment_id;
            v_cursor := r_row.cursor;
            v_rows := v_rows + 1;
        end loop;
        exit when v_rows < p_limit or cardinality(v_ids) > 99;
    end loop;
    return array_to_string(v_ids, ' ');
end
$$;

select is_empty('select * from list_payments()', 'nothing yet');
-- p1 to p6 at two restaurants, in two currencies; one charge names no payment
select is(
    string_agg(
        pg_temp.send(
            'e' || c.no, c.restaurant_id, c.currency, 'charge_succeeded', 1000 + c.no,
            case when c.no = 4 then '{}' else jsonb_build_object('payment_id', 'p' || c.no) end
        ), ' ' order by c.no
    ),
    'processed processed processed processed processed processed processed', 'charges'
)
from (
    values
    (1, 'res_1', 'PEN'), (2, 'res_2', 'PEN'), (3, 'res_1', 'USD'), (4, 'res_1', 'PEN'),
    (5, 'res_1', 'PEN'), (6, 'res_2', 'USD'), (7, 'res_1', 'PEN')
) as c (no, restaurant_id, currency);
select is(
    string_agg(pg_temp.send(f.id, f.restaurant_id, 'PEN', f.type, f.amount, f.change), ' '),
    'processed processed processed', 'a refund, a full one, a dispute'
)
from (
    values
    ('r1', 'res_1', 'refund_succeeded', 10::bigint, '{"payment_id": "p1"}'::jsonb),
    ('r2', 'res_2', 'refund_succeeded', 1002, '{"payment_id": "p2"}'),
    ('d7', 'res_1', 'dispute_opened', 500, '{"payment_id": "p7", "dispute_id": "d"}')
) as f (id, restaurant_id, type, amount, change);

set local role cuenta_app;
select is(pg_temp.ids(l.call), l.ids, l.what)
from (
    values
    ('list_payments()', 'p7 p6 p5 p3 p2 p1', 'all, the newest first; a charge of no payment is none'),
    ('list_payments(''res_1'')', 'p7 p5 p3 p1', 'those of a restaurant'),
    ('list_payments(''res_1'', ''pen'')', 'p7 p5 p1', 'and a currency'),
    ('list_payments(p_currency => ''USD'')', 'p6 p3', 'those of a currency'),
    ('list_payments(p_state => ''DISPUTED'')', 'p7', 'those that are disputed'),
    ('list_payments(p_state => ''REFUNDED'')', 'p2', 'those that are refunded'),
    ('list_payments(p_state => ''PARTLY_REFUNDED'')', 'p1', 'those that are partly'),
    ('list_payments(p_state => ''REVERSED'')', null, 'those that are reversed: none'),
    ('list_payments(p_state => ''CHARGED'')', 'p6 p5 p3', 'those of which nothing was taken'),
    ('list_payments(''res_1'', ''PEN'', ''CHARGED'')', 'p5', 'of an account'),
    ('list_payments(''res_1'', ''PEN'', ''DISPUTED'')', 'p7', 'both ways')
) as l (call, ids, what);
reset role;
select is(
    (select count(*) from reporting.payments), 6::bigint, 'the view has the same, all of them'
);
set local role cuenta_app;
select is(
    array[
        pg_temp.pages('', 2), pg_temp.pages('p_restaurant_id => ''res_1'',', 1),
        pg_temp.pages('p_restaurant_id => ''res_1'', p_currency => ''PEN'',', 1),
        pg_temp.pages('p_state => ''CHARGED'',', 1)
    ],
    array['p7 p6 p5 p3 p2 p1', 'p7 p5 p3 p1', 'p7 p5 p1', 'p6 p5 p3'],
    'page by page it is the same'
);
select throws_ok(
    'select * from list_payments(p_state => ''x'')', 'LUSTE', 'there is no state ''x''',
    'a state is one that there is (LUSTE)'
);
select throws_ok(
    'select * from list_payments(''res_1'', p_recorded_from => now())', 'LBARG',
    'currency is missing', 'moments are asked for of an account (LBARG)'
);
select throws_ok(
    'select * from list_payments(''nobody'')', 'LNRES', null, 'the restaurant is known (LNRES)'
);
reset role;

-- By when they were recorded: all of this transaction at one moment, so some are moved.
set local session_replication_role = replica;
update ledger.ledger_entries
set recorded_at = '2025-12-01T00:00:00Z'::timestamptz + entry_seq * interval '1 day'
where restaurant_id = 'res_1' and currency = 'PEN';
set local session_replication_role = origin;
select is(
    array[
        pg_temp.ids('list_payments(''res_1'', ''PEN'', p_recorded_from => ''2025-12-04T00:00:00Z'')'),
        pg_temp.ids('list_payments(''res_1'', ''PEN'', p_recorded_to => ''2025-12-04T00:00:00Z'')'),
        pg_temp.ids(
            'list_payments(''res_1'', ''PEN'', ''DISPUTED'', ''2025-12-04T00:00:00Z'')'
        ),
        pg_temp.ids(
            'list_payments(''res_1'', ''PEN'', ''DISPUTED'', p_recorded_to => ''2025-12-04T00:00:00Z'')'
        )
    ],
    array['p7 p5', 'p1', 'p7', null],
    'recorded at a moment or later, or before it'
);

-- Of many: what is older than the last few thousand events is found, too.
do $do$
begin
    perform setval('ledger.processor_events_event_no_seq', 500000);
end
$do$;
select is(
    pg_temp.pages('', 4), 'p7 p6 p5 p3 p2 p1', 'far back, page by page'
);
select is(
    pg_temp.send('e8', 'res_2', 'PEN', 'charge_succeeded', 8, '{"payment_id": "p8"}'),
    'processed', 'and a new one'
);
select is(pg_temp.pages('', 3), 'p8 p7 p6 p5 p3 p2 p1', 'comes first');

select * from finish();
rollback;
