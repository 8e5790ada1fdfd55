-- api.find_events: what belongs to a reservation.
begin;
select plan(13);

create function pg_temp.send(p_event_id text, p_reservation_id text) returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_event_id, 'event_type', 'charge_succeeded', 'restaurant_id', 'res_001',
        'occurred_at', '2025-12-30T10:00:00Z', 'currency', 'PEN', 'amount', 1000, 'fee', 50,
        'metadata', jsonb_build_object('reservation_id', p_reservation_id)
    )
) as a
$$;
create function pg_temp.long_text(p_end text) returns text
language sql
as $$
select string_agg(encode(sha256(n.no::text::bytea), 'hex'), '' order by n.no) || p_end
from generate_series(1, 500) as n (no)
$$;

create function pg_temp.plan_of(p_query text) returns jsonb
language plpgsql
as $$
declare
    v_plan jsonb;
begin
    execute 'explain (format json) ' || p_query into v_plan;
    return v_plan;
end
$$;

set local role cuenta_app;

-- The service: what cannot be found
select throws_ok(
    'select * from find_events(null, ''rsv_1'')', 'LBARG', 'key is missing',
    'raises when the key is not named (LBARG)'
);
select throws_ok(
    'select * from find_events(''reservation_id'', null)', 'LBARG', 'value is missing',
    'raises when the value is not named (LBARG)'
);
select throws_ok(
    'select * from find_events(''colour'', ''red'')', 'LBKEY', 'events cannot be found by ''colour''',
    'raises for a key that has no index (LBKEY)'
);
select throws_ok(
    'select * from find_events(''reservation_id'', ''rsv_1'', p_limit => 0)', 'LBLIM',
    'limit must be from 1 to 500', 'raises for a limit of 0 (LBLIM)'
);
select throws_ok(
    'select * from find_events(''reservation_id'', ''rsv_1'', p_cursor => ''x'')', 'LBCUR',
    'cursor is not one of this list', 'raises for a cursor of no list (LBCUR)'
);
select is_empty(
    'select * from find_events(''reservation_id'', ''rsv_1'')', 'there is none at first'
);

-- The service: what is found
select is(
    array[
        pg_temp.send('e_1', 'rsv_1'), pg_temp.send('e_2', 'rsv_2'), pg_temp.send('e_3', 'rsv_1')
    ],
    array['processed', 'processed', 'processed'], 'charges of two reservations'
);
select results_eq(
    'select e.event_id, e.entries from find_events(''reservation_id'', ''rsv_1'') as e',
    'values (''e_3'', 2::smallint), (''e_1'', 2::smallint)',
    'the events of one, the newest first'
);
select results_eq(
    $$
    select e.event_id
    from find_events(
        'reservation_id', 'rsv_1', 1,
        (select f.cursor from find_events('reservation_id', 'rsv_1', 1) as f)
    ) as e
    $$,
    'values (''e_1'')',
    'page by page'
);

-- The service: a reservation_id that no index takes whole
select is(
    array[
        pg_temp.send('long_1', pg_temp.long_text('a')),
        pg_temp.send('long_2', pg_temp.long_text('b'))
    ],
    array['processed', 'processed'],
    'events whose reservation_id has 32,001 characters are posted'
);
select results_eq(
    'select e.event_id from find_events(''reservation_id'', pg_temp.long_text(''b'')) as e',
    'values (''long_2'')',
    'and found by all of it, not by its beginning'
);
reset role;
set local enable_seqscan = off;
select matches(
    pg_temp.plan_of(
        $$
        select e.event_no
        from ledger.processor_events as e
        where
            left(e.payload -> 'metadata' ->> 'reservation_id', 128) collate "C" = left('rsv_1', 128)
            and (e.payload -> 'metadata' ->> 'reservation_id') = 'rsv_1'
        $$
    )::text,
    'processor_events_reservation_id_bytes_idx', 'by an index'
);
select is(
    (select count(*) from reporting.integrity_findings as f where f.severity = 'error'), 0::bigint,
    'and no check finds an error'
);

select * from finish();
rollback;
