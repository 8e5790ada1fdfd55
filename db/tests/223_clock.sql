-- The server's clock may go back: entries of an account are recorded in their order all the same.
begin;
select plan(9);

create function pg_temp.charge(p_id text, p_restaurant_id text default 'res_1') returns jsonb
language sql immutable
as $$
select jsonb_build_object(
    'event_id', p_id, 'event_type', 'charge_succeeded', 'occurred_at', '2025-12-09T10:00:00Z',
    'restaurant_id', p_restaurant_id, 'currency', 'PEN', 'amount', 1000, 'fee', 50
)
$$;
-- When the entries were recorded, in their order; and whether the account says the same.
create function pg_temp.recorded(p_restaurant_id text default 'res_1') returns text
language sql
as $$
select concat_ws(
    ' ',
    (
        select string_agg(to_char(e.recorded_at, 'HH24:MI'), ' ' order by e.entry_seq)
        from ledger.ledger_entries as e
        where e.restaurant_id = p_restaurant_id
    ),
    to_char(b.last_entry_at, '(HH24:MI)')
)
from ledger.account_balances as b
where b.restaurant_id = p_restaurant_id
$$;

select is(
    (ledger.post_event(pg_temp.charge('c_1'), '2025-12-10T12:00:00Z')).status, 'processed',
    'a charge at noon'
);
select is(
    (ledger.post_event(pg_temp.charge('c_2'), '2025-12-10T11:00:00Z')).status, 'processed',
    'the clock goes back an hour: a charge is posted'
);
select is(
    pg_temp.recorded(), '12:00 12:00 12:00 12:00 (12:00)',
    'and recorded no earlier than what was posted before it'
);
select is(
    (ledger.post_event(pg_temp.charge('c_other', 'res_2'), '2025-12-10T11:00:00Z')).status
    || ' ' || pg_temp.recorded('res_2'), 'processed 11:00 11:00 (11:00)',
    'another account goes by the clock: it has nothing to keep behind'
);

create temporary table array_of on commit drop as
select jsonb_build_array(pg_temp.charge('c_3'), pg_temp.charge('c_4')) as events;
select is(
    (
        select
            ledger.post_events(
                ledger.read_events(a.events, '2025-12-10T10:00:00Z'), a.events,
                array['America/Lima'], '2025-12-10T10:00:00Z'
            )
        from array_of as a
    ),
    array[2, 2], 'two charges of an array, another hour back'
);
select is(
    pg_temp.recorded(), '12:00 12:00 12:00 12:00 12:00 12:00 12:00 12:00 (12:00)',
    'are recorded no earlier, either'
);

select is(
    (
        select format('%s %s', coalesce(p.reason, 'paid'), p.amount)
        from ledger.open_payout_run('PEN', '2025-12-09', 1, null, '2025-12-10T09:00:00Z') as r
        cross join lateral ledger.pay_accounts(
            array['res_1'], 'PEN', '2025-12-09', 1, r.run_id, '2025-12-10T09:00:00Z'
        ) as p
    ),
    'paid 3800', 'a payout, one more hour back'
);
select is(
    pg_temp.recorded(), '12:00 12:00 12:00 12:00 12:00 12:00 12:00 12:00 12:00 (12:00)',
    'reserves no earlier than what it pays'
);
select is_empty(
    'select * from reporting.check_recorded_at_decreases', 'and the checks find nothing'
);

select * from finish();
rollback;
