-- Balances follow from entries: both are written by the posting functions, by nobody's hand.
begin;
select plan(73);

create function pg_temp.send(p_change jsonb) returns text
language sql
as $$
select concat_ws(' ', a.status, a.code)
from api.ingest_event(
    '{"event_id": "evt_1", "event_type": "charge_succeeded",
    "occurred_at": "2025-12-30T10:00:00Z", "restaurant_id": "res_001", "currency": "PEN",
    "amount": 12000, "fee": 600}'::jsonb || p_change
) as a
$$;
-- A fifth entry that would continue the account, changed as told.
create function pg_temp.entry(p_change jsonb default '{}') returns text
language sql immutable
as $$
select format(
    'insert into ledger.ledger_entries select (jsonb_populate_record(e, %L)).* '
    'from ledger.ledger_entries as e where e.restaurant_id = ''res_001'' and e.entry_seq = 4',
    '{"entry_seq": 5, "amount": 100, "balance_after": 600}'::jsonb || p_change
)
$$;
-- What becomes of an account that a superuser moves, after writing entries, as the posting
-- functions do. Nothing is kept.
create function pg_temp.post(p_entries jsonb, p_assignments text) returns text
language plpgsql
as $$
declare
    v_code text;
    r_entry record;
begin
    perform set_config('cuenta.is_posting', 'on', true);
    for r_entry in select e.change from jsonb_array_elements(p_entries) as e (change) loop
        execute pg_temp.entry(r_entry.change);
    end loop;
    perform set_config('cuenta.is_posting', 'off', true);
    execute format(
        'update ledger.account_balances set %s '
        'where restaurant_id = ''res_001'' and currency = ''PEN''',
        p_assignments
    );
    raise sqlstate 'TTTTT' using message = 'accepted';
exception
    when sqlstate 'LXBAL' or sqlstate 'LXPST' then
        get stacked diagnostics v_code = constraint_name;
        return sqlstate || ' ' || v_code;
    when sqlstate 'TTTTT' then
        return 'accepted';
end
$$;

-- A superuser in a session that has posted nothing yet
select throws_ok(
    'insert into ledger.ledger_entries select e.* from ledger.ledger_entries as e', 'LXPST',
    'ledger.ledger_entries is written by the posting functions only',
    'entries are refused before the first posting, too (LXPST)'
);

select is(pg_temp.send('{}'), 'processed', 'money of a restaurant');
select is(
    (select r.payouts_amount from api.run_payouts('PEN', '2025-12-30') as r), 11400::bigint,
    'paid out'
);
select is(
    pg_temp.send(
        '{"event_id": "evt_2", "occurred_at": "2025-12-31T10:00:00Z", "amount": 500, "fee": 0}'
    ),
    'processed', 'and some more'
);
create temporary table before as select b.* from ledger.account_balances as b;

-- A superuser and the balance row
select throws_ok(
    format('update ledger.account_balances set %s', s.assignment), 'LXBAL',
    format('the account of %s in %s moves with its entries only', s.restaurant_id, s.currency),
    format('a superuser cannot set %s (LXBAL)', s.assignment)
)
from (
    values
    ('balance = balance + 1', 'res_001', 'PEN'), ('balance = balance', 'res_001', 'PEN'),
    ('reserved = reserved + 1', 'res_001', 'PEN'), ('held = held + 1', 'res_001', 'PEN'),
    ('last_entry_seq = last_entry_seq + 1', 'res_001', 'PEN'),
    ('last_entry_seq = last_entry_seq - 1', 'res_001', 'PEN'),
    ('last_entry_at = null', 'res_001', 'PEN'),
    ('restaurant_id = ''res_002''', 'res_002', 'PEN'), ('currency = ''USD''', 'res_001', 'USD')
) as s (assignment, restaurant_id, currency);
select throws_ok(
    format(
        'insert into ledger.account_balances (restaurant_id, currency, %s) '
        'values (''res_001'', ''USD'', %s)',
        c.name, c.value
    ),
    'LXPST', 'ledger.account_balances is written by the posting functions only',
    format('an account does not open with %s = %s (LXPST)', c.name, c.value)
)
from (
    values
    ('balance', '1'), ('reserved', '1'), ('held', '1'), ('last_entry_seq', '1'),
    ('closed_through', '''2025-01-01''')
) as c (name, value);
select throws_ok(
    $$
    insert into ledger.account_balances (restaurant_id, currency) values ('res_001', 'PEN')
    on conflict (restaurant_id, currency) do update set balance = 0
    $$,
    'LXBAL', 'the account of res_001 in PEN moves with its entries only',
    'nor does an insertion that turns into an update move it (LXBAL)'
);

-- A superuser and the entries
select throws_ok(
    pg_temp.entry(), 'LXPST', 'ledger.ledger_entries is written by the posting functions only',
    'a superuser cannot write an entry, not even one that continues its account (LXPST)'
);

-- A superuser who writes as the posting functions do: the account and its entries agree
insert into ledger.accounts (account, account_class, normal_side, is_of_restaurant, description)
values ('restaurant_held', 'liability', 'credit', true, 'Held back for disputes');
insert into ledger.entry_types (
    entry_type, debit_account, credit_account, payout_item, description
)
values ('HOLD', 'restaurant_available', 'restaurant_held', 'holds', 'Money is held back');
select is(pg_temp.post(c.entries, c.assignments), 'accepted', c.what)
from (
    values
    (
        '[{}]'::jsonb, 'balance = balance + 100, last_entry_seq = 5',
        'an account moves with an entry'
    ),
    (
        '[{"entry_type": "REFUND"}]', 'balance = balance - 100, last_entry_seq = 5',
        'down with an entry that takes'
    ),
    (
        '[{}, {"entry_seq": 6, "amount": 30, "entry_type": "FEE"}]',
        'balance = balance + 70, last_entry_seq = 6',
        'with several entries at once'
    ),
    (
        '[{"entry_type": "PAYOUT_RELEASE"}]', 'reserved = reserved - 100, last_entry_seq = 5',
        'its reserves with an entry that releases'
    ),
    (
        '[{"entry_type": "PAYOUT_FAILURE"}]',
        'balance = balance + 100, reserved = reserved - 100, last_entry_seq = 5',
        'both with an entry that gives back'
    ),
    (
        '[{"entry_type": "HOLD"}]',
        'balance = balance - 100, held = held + 100, last_entry_seq = 5',
        'what is held with an entry that holds'
    ),
    (
        '[{"recorded_at": "2999-01-01T00:00:00Z"}]',
        'balance = balance + 100, last_entry_seq = 5, last_entry_at = ''2999-01-01T00:00:00Z''',
        'its clock with an entry recorded later'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, closed_through = ''2025-12-31''',
        'and it may close days with it'
    )
) as c (entries, assignments, what);
select is(
    pg_temp.post(c.entries, c.assignments), 'LXBAL BALANCE_NOT_FROM_ENTRIES',
    format('refuses an account %s (LXBAL)', c.what)
)
from (
    values
    ('[]'::jsonb, 'last_event_at = null', 'that forgets its events'),
    ('[]', 'closed_through = closed_through + 1', 'that closes days without a payout'),
    ('[]', 'closed_through = closed_through - 1', 'that opens days again'),
    ('[{}]', 'balance = balance, last_entry_seq = 5', 'whose balance stays'),
    ('[{}]', 'balance = balance + 99, last_entry_seq = 5', 'that moves by less than its entry'),
    ('[{}]', 'balance = balance - 100, last_entry_seq = 5', 'that moves the other way'),
    (
        '[{}, {"entry_seq": 6}]', 'balance = balance + 100, last_entry_seq = 6',
        'that moves by one of two entries'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, reserved = reserved + 1',
        'whose reserves move without an entry'
    ),
    ('[{"entry_type": "PAYOUT_RELEASE"}]', 'last_entry_seq = 5', 'whose reserves stay'),
    (
        '[{"entry_type": "PAYOUT_RELEASE"}]', 'reserved = reserved + 100, last_entry_seq = 5',
        'that reserves what was released'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, held = held + 1',
        'whose held money moves without an entry'
    ),
    (
        '[{"entry_type": "HOLD"}]', 'balance = balance - 100, last_entry_seq = 5',
        'whose held money stays'
    ),
    ('[{}]', 'balance = balance + 100', 'whose number stays'),
    ('[{}]', 'balance = balance + 100, last_entry_seq = 6', 'whose number goes ahead'),
    (
        '[{}, {"entry_seq": 6}]', 'balance = balance + 200, last_entry_seq = 5',
        'whose number stays behind'
    ),
    (
        '[{"entry_seq": 6}]', 'balance = balance + 100, last_entry_seq = 6',
        'whose entries leave a gap'
    ),
    (
        '[{"entry_seq": 6}]', 'balance = balance + 100, last_entry_seq = 5',
        'whose number hides a gap in its entries'
    ),
    (
        '[{}, {"entry_seq": 7}]', 'balance = balance + 200, last_entry_seq = 6',
        'whose number hides a gap between them'
    ),
    (
        '[{"settlement_day": "2025-12-30", "available_on": "2025-12-30"}]',
        'balance = balance + 100, last_entry_seq = 5',
        'with an entry on the last closed day'
    ),
    (
        '[{"settlement_day": "2025-12-29", "available_on": "2025-12-29"}]',
        'balance = balance + 100, last_entry_seq = 5',
        'with an entry before the last closed day'
    ),
    (
        '[{}, {"entry_seq": 6, "settlement_day": "2025-12-30", "available_on": "2025-12-30"}]',
        'balance = balance + 200, last_entry_seq = 6',
        'with one of two entries on a closed day'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, last_entry_at = null',
        'that forgets when'
    ),
    (
        '[{}]',
        'balance = balance + 100, last_entry_seq = 5, last_entry_at = ''2999-01-01T00:00:00Z''',
        'whose clock goes ahead of its entries'
    ),
    (
        '[{"recorded_at": "2000-01-01T00:00:00Z"}]',
        'balance = balance + 100, last_entry_seq = 5, last_entry_at = ''2000-01-01T00:00:00Z''',
        'whose clock goes back'
    ),
    (
        '[{"currency": "USD"}]', 'balance = balance + 100, last_entry_seq = 5',
        'with the entry of another account'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, restaurant_id = ''res_002''',
        'that becomes another restaurant''s'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, currency = ''USD''',
        'that goes into another currency'
    )
) as c (entries, assignments, what);
select is(
    pg_temp.post(
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, closed_through = ''2025-12-29'''
    ),
    'LXPST POSTING_ONLY', 'refuses to open days again, also with an entry (LXPST)'
);
do $do$ begin perform set_config('cuenta.is_posting', 'off', true); end $do$;

-- The owner
set local role cuenta_owner;
select throws_ok(
    'update ledger.account_balances set balance = 0', 'LXBAL',
    'the account of res_001 in PEN moves with its entries only',
    'the owner cannot move a balance (LXBAL)'
);
select throws_ok(
    pg_temp.entry(), 'LXPST', 'ledger.ledger_entries is written by the posting functions only',
    'the owner cannot write an entry (LXPST)'
);
reset role;

-- The service, which knows the name of the setting
set local role cuenta_app;
do $do$ begin perform set_config('cuenta.is_posting', 'on', true); end $do$;
select throws_ok(
    pg_temp.entry(), '42501', 'permission denied for schema ledger',
    'the setting opens nothing to who has no rights on the tables (42501)'
);
select throws_ok(
    'update ledger.account_balances set balance = 0', '42501',
    'permission denied for schema ledger', 'neither entries nor balances (42501)'
);
reset role;
do $do$ begin perform set_config('cuenta.is_posting', 'off', true); end $do$;

-- The door is open for no longer than a posting takes
create temporary table calls (call text, no integer generated always as identity);
insert into calls (call)
values
('select pg_temp.send(''{}'')'),
('select pg_temp.send(''{"amount": 1}'')'),
('select pg_temp.send(''{"amount": 0, "event_id": "evt_3"}'')'),
('select pg_temp.send(''{"event_id": "evt_4", "restaurant_id": "res_002"}'')'),
('select pg_temp.send(''{"event_id": "evt_5", "restaurant_id": "res_002", "currency": "USD"}'')'),
(
    'select count(*) from api.ingest_events(''[{}, {"event_id": "evt_6", '
    '"event_type": "charge_succeeded", "occurred_at": "2025-12-30T10:00:00Z", '
    '"restaurant_id": "res_002", "currency": "PEN", "amount": 1}]'')'
),
('select api.run_payouts(''USD'', ''2025-12-30'', 1, true)'),
('select api.run_payouts(''USD'', ''2025-12-30'')'),
('select api.run_payouts(''USD'', ''2025-12-30'')');
create function pg_temp.call_and_write(p_call text) returns text
language plpgsql
as $$
begin
    execute p_call;
    begin
        execute pg_temp.entry();
        return 'accepted';
    exception
        when sqlstate 'LXPST' then
            return 'refused';
    end;
end
$$;
select is(
    pg_temp.call_and_write(c.call), 'refused',
    format('it is closed after %s', left(c.call, 60))
)
from calls as c
order by c.no;
select throws_ok(
    pg_temp.entry(), 'LXPST', 'ledger.ledger_entries is written by the posting functions only',
    'and after all of them (LXPST)'
);
select results_eq(
    $$
    select b.*
    from ledger.account_balances as b
    where b.restaurant_id = 'res_001' and b.currency = 'PEN'
    $$,
    'select * from before', 'the balance is what it was'
);

-- What the posting functions write continues the account
select is_empty(
    $$
    select e.restaurant_id, e.currency, e.entry_seq
    from (
        select
            x.*,
            row_number() over account as expected_seq,
            sum(x.amount * t.balance_effect) over account as expected_balance,
            sum(x.amount * t.reserved_effect) over account as expected_reserved,
            lag(x.recorded_at) over account as recorded_before
        from ledger.ledger_entries as x
        inner join ledger.entry_types as t on x.entry_type = t.entry_type
        window account as (partition by x.restaurant_id, x.currency order by x.entry_seq)
    ) as e
    where
        e.entry_seq <> e.expected_seq
        or e.balance_after <> e.expected_balance
        or e.reserved_after <> e.expected_reserved
        or e.recorded_at < e.recorded_before
    $$,
    'entries are numbered without gaps, with balances that follow from each other'
);
select results_eq(
    $$
    select
        b.restaurant_id, b.currency, b.balance::bigint, b.reserved::bigint, b.last_entry_seq,
        b.last_entry_at
    from ledger.account_balances as b
    order by b.restaurant_id collate "C", b.currency collate "C"
    $$,
    $$
    select distinct on (e.restaurant_id collate "C", e.currency collate "C")
        e.restaurant_id, e.currency, e.balance_after, e.reserved_after, e.entry_seq, e.recorded_at
    from ledger.ledger_entries as e
    order by e.restaurant_id collate "C", e.currency collate "C", e.entry_seq desc
    $$,
    'and every account stands where its last entry left it'
);

select * from finish();
rollback;
