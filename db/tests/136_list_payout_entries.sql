-- api.list_payout_entries and reporting.payout_entries: what a payout pays adds up to it.
begin;
select plan(20);

create function pg_temp.send(p_id text, p_at timestamptz, p_amount bigint, p_change jsonb)
returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', p_at,
        'restaurant_id', 'res_001', 'currency', 'PEN', 'amount', p_amount
    ) || p_change
) as a
$$;
create function pg_temp.payout_of(p_as_of date) returns text
language sql
as $$
select p.payout_id
from ledger.payouts as p
where p.as_of = p_as_of
$$;
-- All pages of so many rows.
create function pg_temp.listed(p_as_of date, p_limit integer) returns text
language plpgsql
as $$
declare
    v_cursor text;
    v_all text;
    r_row record;
    v_rows integer;
begin
    loop
        v_rows := 0;
        for r_row in
            select e.* from list_payout_entries(pg_temp.payout_of(p_as_of), p_limit, v_cursor) as e
        loop
            v_all := concat_ws(
                ', ', v_all, concat_ws(' ', r_row.item_type, r_row.entry_seq, r_row.amount)
            );
            v_cursor := r_row.cursor;
            v_rows := v_rows + 1;
        end loop;
        exit when v_rows < p_limit;
    end loop;
    return v_all;
end
$$;

select is(
    string_agg(pg_temp.send(e.id, e.at, e.amount, e.change), ' ' order by e.id),
    'processed processed processed processed',
    'two days of charges, and a refund on the second'
)
from (
    values
    ('e_1', '2025-12-10T12:00:00-05:00'::timestamptz, 1000, '{"fee": 100}'::jsonb),
    ('e_2', '2025-12-11T12:00:00-05:00', 2000, '{"fee": 200}'),
    ('e_3', '2025-12-12T13:00:00-05:00', 400, '{"event_type": "refund_succeeded"}'),
    ('e_4', '2025-12-12T14:00:00-05:00', 100, '{}')
) as e (id, at, amount, change);
select is(
    (select r.payouts_amount from run_payouts('PEN', '2025-12-11') as r), 2400::numeric,
    'a payout that leaves something to the next one'
);
select is(
    (
        select pg_temp.send(
            'e_5', '2025-12-12T15:00:00-05:00', p.amount,
            jsonb_build_object('event_type', k.kind, 'payout_id', p.payout_id, 'event_id', k.id)
        )
        from ledger.payouts as p
        where p.as_of = '2025-12-11'
    ),
    'processed', format('is %s', k.kind)
)
from (values ('e_5', 'payout_paid'), ('e_6', 'payout_failed')) as k (id, kind);
select is(
    pg_temp.send('e_7', '2025-12-09T12:00:00-05:00', 50, '{}'), 'processed', 'a charge comes late'
);
select is(
    (select r.payouts_amount from run_payouts('PEN', '2025-12-12') as r), 2450::numeric,
    'the next payout has what came back'
);
select is(
    pg_temp.listed('2025-12-11', 500),
    'gross_sales 1 1000, fees 2 -100, gross_sales 3 2000, fees 4 -200, carried_out -300',
    'the entries of its days, then what it leaves to the next'
);
select is(
    pg_temp.listed('2025-12-12', 500),
    'carried_in 300, refunds 5 -400, gross_sales 6 100, payout_returns 9 2400, gross_sales 10 50',
    'what it has from the last, then its entries: no other payout''s reserve, and not its own'
);
select is(
    pg_temp.listed('2025-12-12', s.size), pg_temp.listed('2025-12-12', 500),
    format('pages of %s give the same', s.size)
)
from generate_series(1, 4) as s (size);
select is(
    pg_temp.listed('2025-12-11', 2), pg_temp.listed('2025-12-11', 500), 'also at the end'
);
select results_eq(
    $$
    select p.payout_id, p.amount::numeric
    from ledger.payouts as p
    order by p.as_of
    $$,
    $$
    select e.payout_id, sum(e.amount)
    from reporting.payout_entries as e
    group by e.payout_id, e.as_of
    order by e.as_of
    $$,
    'the view adds up to every payout'
);
select results_eq(
    $$
    select e.item_type collate "default", sum(e.amount)
    from reporting.payout_entries as e
    group by e.payout_id, e.item_type
    order by e.payout_id, 1
    $$,
    $$
    select i.item_type collate "default", i.amount::numeric
    from reporting.payout_items as i
    order by i.payout_id, 1
    $$,
    'and to every item of it'
);
select results_eq(
    $$
    select
        e.item_type, e.amount, e.entry_seq, e.entry_type, e.event_id, e.settlement_day,
        e.occurred_at
    from list_payout_entries(pg_temp.payout_of('2025-12-12')) as e
    order by e.item_type collate "C", e.entry_seq
    $$,
    $$
    select
        e.item_type collate "default", e.amount, e.entry_seq, e.entry_type collate "default",
        e.event_id collate "default", e.settlement_day, e.occurred_at
    from reporting.payout_entries as e
    where e.payout_id = pg_temp.payout_of('2025-12-12')
    order by e.item_type, e.entry_seq
    $$,
    'list and view tell the same'
);

set local role cuenta_reader;
select throws_ok(
    'select * from list_payout_entries(null)', 'LBARG', 'payout_id is missing',
    'raises when no payout is named (LBARG)'
);
select throws_ok(
    'select * from list_payout_entries(''po_1'')', 'LNPAY', 'payout ''po_1'' does not exist',
    'raises for a payout that is not there (LNPAY)'
);
select throws_ok(
    'select * from list_payout_entries(''po_1'', 0)', 'LBLIM', 'limit must be from 1 to 500',
    'raises for a page of nothing (LBLIM)'
);
select throws_ok(
    'select * from list_payout_entries(''po_1'', 1, ''31'')', 'LBCUR',
    'cursor is not one of this list', 'raises for a cursor of another list (LBCUR)'
);

select * from finish();
rollback;
