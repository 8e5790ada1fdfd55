-- The server's clock may go back: entries of an account are recorded in their order all the same.
begin;
select plan(17);

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

-- What came before what is kept as numbers
select lives_ok(
    $$
    select from set_restaurant('res_1', p_settlement_delay_days => 5);
    select from set_restaurant('res_new');
    select from set_platform_settings(p_seal_hours => 7)
    $$,
    'settings are changed'
);
select results_eq(
    $$
    select c.restaurant_id collate "default", c.entry_seqs
    from ledger.setting_changes as c
    order by c.change_no
    $$,
    $$values ('res_1', '{"PEN": 9}'::jsonb), ('res_new', '{}'), ('', null)$$,
    'each says after which entry of each account of the restaurant; the platform has none'
);
select is(
    (ledger.post_event(pg_temp.charge('c_5'), '2025-12-09T12:00:00Z')).status, 'processed',
    'a charge after the change, recorded days before it by the clock'
);
create function pg_temp.days_that_differ() returns text
language sql
as $$
select string_agg(d.reference, ' ' order by d.reference)
from reporting.check_available_day_differs as d
$$;
select is(pg_temp.days_that_differ(), null, 'has the settings that it was posted under');
set local session_replication_role = replica;
update ledger.setting_changes as c set entry_seqs = '{"PEN": 11}' where c.restaurant_id = 'res_1';
select is(
    pg_temp.days_that_differ(), 'entry 10 entry 11',
    'no time hides that the change is said to have come later'
);
update ledger.setting_changes as c set entry_seqs = null where c.restaurant_id = 'res_1';
select is(
    pg_temp.days_that_differ(), 'entry 10 entry 11',
    'where that was not kept, the times count: this clock was set back'
);
update ledger.setting_changes as c
set changed_at = '2025-12-10T12:00:30Z'
where c.restaurant_id = 'res_1';
select is(pg_temp.days_that_differ(), null, 'and leave an hour to either side');

update ledger.posting_rules set valid_from = now() + interval '3 days'
where event_type = 'charge_succeeded';
set local session_replication_role = origin;
set local role cuenta_writer;
update ledger.posting_rules set is_delayed = false where event_type = 'charge_succeeded';
reset role;
select results_eq(
    $$
    select h.valid_until > h.valid_from, h.last_event_no, r.valid_from = h.valid_until
    from ledger.posting_rule_history as h
    inner join ledger.posting_rules as r
        on h.event_type = r.event_type and h.subject_state = r.subject_state
    where h.event_type = 'charge_succeeded'
    $$,
    $$
    select true, max(v.event_no), true
    from ledger.processor_events as v
    $$,
    'a rule ends after it began, whatever the clock says, and after which event'
);

select * from finish();
rollback;
