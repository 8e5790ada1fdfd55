-- An array answers and books what its events one by one would: one restaurant for each thing that could differ.
begin;
select plan(9);

-- Ids begin with who they are for: a gets an array, b the same events one by one.
create function pg_temp.event(p_who text, p_restaurant text, p_id text, p_change jsonb default '{}')
returns jsonb
language sql immutable
as $$
select jsonb_build_object(
    'event_id', p_who || '_' || p_id, 'event_type', 'charge_succeeded', 'occurred_at', '2025-12-09T10:00:00Z',
    'restaurant_id', p_who || '_' || p_restaurant, 'currency', 'PEN', 'amount', 1000, 'fee', 50
) || p_change
$$;
create function pg_temp.events(p_who text) returns jsonb
language sql immutable
as $$
select jsonb_agg(pg_temp.event(p_who, e.restaurant, e.id, e.change) order by e.no)
from (
    values
    (1, 'plain', 'p_1', '{}'::jsonb),
    (2, 'plain', 'p_2', '{"fee": 0, "occurred_at": "2025-12-10T10:00:00Z"}'),
    (3, 'plain', 'p_1', '{}'),
    (4, 'plain', 'p_3', '{"occurred_at": "2025-12-08T10:00:00Z"}'),
    (5, 'plain', 'p_4', '{"event_type": "nothing"}'),
    (6, 'plain', 'p_5', '{"amount": 0}'),
    (7, 'late', 'l_1', '{"occurred_at": "2025-12-01T10:00:00Z"}'),
    (8, 'slow', 's_1', '{}'),
    (9, 'slow', 's_2', '{"amount": 300, "fee": 0}'),
    (10, 'slow', 's_3', '{"available_on": "2025-12-09"}'),
    (11, 'slow', 's_4', '{"available_on": "2026-03-01"}'),
    (12, 'slow', 's_5', '{"available_on": "2025-12-01"}'),
    (13, 'twice', 't_1', jsonb_build_object('payment_id', p_who || '_once')),
    (14, 'twice', 't_2', jsonb_build_object('payment_id', p_who || '_once')),
    (15, 'known', 'k_1', jsonb_build_object('payment_id', p_who || '_known')),
    (16, 'full', 'f_1', '{"amount": 9007199254740991, "fee": 0}'),
    (17, 'full', 'f_2', '{}'),
    (18, 'closed', 'c_1', '{}'),
    (19, 'people', 'o_1', '{"provider": "operator"}'),
    (20, 'waiting', 'w_1', jsonb_build_object('payment_id', p_who || '_waited_for')),
    (21, 'waiting', 'w_2', '{}')
) as e (no, restaurant, id, change)
$$;
create function pg_temp.run(p_call text) returns text
language plpgsql
as $$
begin
    execute p_call;
    return 'done';
exception
    when others then
        return sqlstate || ' ' || sqlerrm;
end
$$;

-- What is there before: a closed day, a delay, a known payment, a closed restaurant, a refund that waits.
select lives_ok(
    format(
        $call$
        select ingest_event(pg_temp.event(%1$L, 'late', 'l_0'));
        select ingest_event(pg_temp.event(%1$L, 'slow', 's_0'));
        select ingest_event(pg_temp.event(%1$L, 'known', 'k_0', '{"payment_id": "%1$s_known"}'));
        select ingest_event(pg_temp.event(%1$L, 'closed', 'c_0'));
        select ingest_event(pg_temp.event(%1$L, 'people', 'o_0'));
        select ingest_event(
            pg_temp.event(
                %1$L, 'waiting', 'w_0',
                '{"event_type": "refund_succeeded", "fee": 0, "amount": 400, "refund_id": "%1$s_r",
                "payment_id": "%1$s_waited_for"}'
            )
        );
        select run_payouts('PEN', '2025-12-09', 1, false, array['%1$s_late']);
        select set_restaurant('%1$s_slow', p_settlement_delay_days => 5);
        select ingest_event(pg_temp.event(%1$L, 'slow', 's_00'));
        select set_restaurant('%1$s_closed', p_closed => true);
        $call$,
        w.who
    ),
    'the same book for ' || w.who
)
from (values ('a'), ('b')) as w (who);

create temporary table answers (
    who text, no integer, status text, event_id text, code text, entries integer, details jsonb
) on commit drop;
select is(
    pg_temp.run(
        $$
        insert into answers
        select 'a', i.item, i.status, i.event_id, i.code, i.entries, i.details
        from ingest_events(pg_temp.events('a')) as i
        $$
    ),
    'done', 'an array'
);
select is(
    pg_temp.run(
        $$
        insert into answers
        select 'b', d.no, a.status, a.event_id, a.code, a.entries, a.details
        from jsonb_array_elements(pg_temp.events('b')) with ordinality as d (document, no)
        cross join lateral ingest_event(d.document) as a
        $$
    ),
    'done', 'the same one by one'
);
select results_eq(
    $$
    select x.no, x.status, substr(x.event_id, 3), x.code, x.entries, replace(x.details::text, '"a_', '"b_')
    from answers as x where x.who = 'a' order by x.no
    $$,
    $$
    select x.no, x.status, substr(x.event_id, 3), x.code, x.entries, x.details::text
    from answers as x where x.who = 'b' order by x.no
    $$,
    'every item is answered as it would be alone'
);
create function pg_temp.entries(p_who text) returns setof text
language sql
as $$
select concat_ws(
    ' ', substr(e.restaurant_id, 3), e.entry_seq, e.entry_type, e.amount, e.balance_after, e.reserved_after,
    e.held_after, e.business_day, e.available_on, e.settlement_day, substr(v.event_id, 3)
)
from ledger.ledger_entries as e
left join ledger.processor_events as v on e.restaurant_id = v.restaurant_id and e.event_no = v.event_no
where e.restaurant_id like p_who || '%'
order by e.restaurant_id, e.entry_seq
$$;
select results_eq(
    'select * from pg_temp.entries(''a'')', 'select * from pg_temp.entries(''b'')', 'the entries are the same'
);
create function pg_temp.accounts(p_who text) returns setof text
language sql
as $$
select concat_ws(
    ' ', substr(b.restaurant_id, 3), b.balance, b.reserved, b.held, b.last_entry_seq, b.last_event_at,
    b.closed_through, b.deferred_count,
    (
        select string_agg(format('%s: %s', d.available_on, d.amount), ', ' order by d.available_on)
        from ledger.pending_days as d
        where d.restaurant_id = b.restaurant_id and d.currency = b.currency
    )
)
from ledger.account_balances as b
where b.restaurant_id like p_who || '%'
order by b.restaurant_id
$$;
select results_eq(
    'select * from pg_temp.accounts(''a'')', 'select * from pg_temp.accounts(''b'')',
    'so are the accounts, and what is pending'
);
select results_eq(
    $$
    select x.no, concat_ws(' ', x.status, x.code)
    from answers as x
    where x.who = 'a' and (x.status <> 'processed' or x.no = 20)
    order by x.no
    $$,
    $$
    values
    (3, 'already_processed'), (5, 'rejected EVENT_TYPE_UNKNOWN'), (6, 'rejected AMOUNT_INVALID'),
    (14, 'already_processed'), (15, 'already_processed'), (17, 'rejected BALANCE_OUT_OF_RANGE'),
    (18, 'rejected RESTAURANT_CLOSED'), (19, 'rejected PROVIDER_RESERVED'), (20, 'processed')
    $$,
    'and each is answered as it should be'
);
select is_empty(
    $$
    select c.check_name, c.sample from api.check_integrity() as c
    where c.severity = 'error' and c.findings > 0
    $$,
    'the book is sound'
);

select * from finish();
rollback;
