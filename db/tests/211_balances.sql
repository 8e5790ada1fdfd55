-- Balances follow from entries: both are written by the posting functions, by nobody's hand.
begin;
select plan(56);

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
-- What becomes of an account that a superuser moves after writing entries. Nothing is kept.
create function pg_temp.post(p_entries jsonb, p_assignments text) returns text
language plpgsql
as $$
declare
    v_code text;
    r_entry record;
begin
    for r_entry in select e.change from jsonb_array_elements(p_entries) as e (change) loop
        execute pg_temp.entry(r_entry.change);
    end loop;
    execute format(
        'update ledger.account_balances set %s '
        'where restaurant_id = ''res_001'' and currency = ''PEN''',
        p_assignments
    );
    raise sqlstate 'TTTTT' using message = 'accepted';
exception
    when sqlstate 'LXBAL' or sqlstate 'LXPST' or sqlstate 'LCAPP' then
        get stacked diagnostics v_code = constraint_name;
        return sqlstate || ' ' || v_code;
    when sqlstate 'TTTTT' then
        return 'accepted';
end
$$;

select is(pg_temp.send('{}'), 'processed', 'money of a restaurant');
select is(
    (select r.payouts_amount from api.run_payouts('PEN', '2025-12-30') as r), 11400::numeric,
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
    ('last_event_at = null', 'res_001', 'PEN')
) as s (assignment, restaurant_id, currency);
select throws_ok(
    format('update ledger.account_balances set %s', s.assignment), 'LCAPP', null,
    format('nor give the account to another: %s (LCAPP)', s.assignment)
)
from (values ('restaurant_id = ''res_002'''), ('currency = ''USD''')) as s (assignment);
select lives_ok(
    'update ledger.account_balances set timezone = timezone',
    'settings may be copied into an account without an entry'
);
select throws_ok(
    format(
        'insert into ledger.account_balances (restaurant_id, currency, timezone, day_close_hour, '
        'settlement_delay_days, %s) values (''res_001'', ''USD'', ''UTC'', 0, 0, %s)',
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
    insert into ledger.account_balances (
        restaurant_id, currency, timezone, day_close_hour, settlement_delay_days
    )
    values ('res_001', 'PEN', 'UTC', 0, 0)
    on conflict (restaurant_id, currency) do update set balance = 0
    $$,
    'LXBAL', 'the account of res_001 in PEN moves with its entries only',
    'nor does an insertion that turns into an update move it (LXBAL)'
);

-- A superuser who writes as the posting functions do: the account is what its last entry says
select is(pg_temp.post(c.entries, c.assignments), 'accepted', c.what)
from (
    values
    (
        '[{}]'::jsonb, 'balance = balance + 100, last_entry_seq = 5',
        'an account moves with an entry'
    ),
    (
        '[{"entry_type": "REFUND", "balance_after": 400}]',
        'balance = balance - 100, last_entry_seq = 5',
        'down with an entry that takes'
    ),
    (
        '[{}, {"entry_seq": 6, "amount": 30, "balance_after": 570, "entry_type": "FEE"}]',
        'balance = balance + 70, last_entry_seq = 6',
        'with several entries at once'
    ),
    (
        '[{"entry_type": "PAYOUT_RELEASE", "balance_after": 500, "reserved_after": 11300}]',
        'reserved = reserved - 100, last_entry_seq = 5',
        'its reserves with an entry that releases'
    ),
    (
        '[{"balance_after": 400, "held_after": 100}]',
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
    ('[{}]', 'balance = balance, last_entry_seq = 5', 'whose balance stays'),
    ('[{}]', 'balance = balance + 99, last_entry_seq = 5', 'that moves by less than its entry'),
    ('[{}]', 'balance = balance - 100, last_entry_seq = 5', 'that moves the other way'),
    (
        '[{}, {"entry_seq": 6, "balance_after": 700}]',
        'balance = balance + 100, last_entry_seq = 6', 'that moves by one of two entries'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, reserved = reserved + 1',
        'whose reserves move without an entry'
    ),
    (
        '[{"reserved_after": 11300, "balance_after": 500}]', 'last_entry_seq = 5',
        'whose reserves stay'
    ),
    (
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, held = held + 1',
        'whose held money moves without an entry'
    ),
    (
        '[{"balance_after": 400, "held_after": 100}]',
        'balance = balance - 100, last_entry_seq = 5', 'whose held money stays'
    ),
    (
        '[{"reserved_after": -1, "balance_after": 500}]', 'reserved = -1, last_entry_seq = 5',
        'whose reserves would be below zero'
    ),
    (
        '[{"held_after": -1, "balance_after": 500}]', 'held = -1, last_entry_seq = 5',
        'whose held money would be below zero'
    ),
    ('[{}]', 'balance = balance + 100', 'whose number stays'),
    ('[{}]', 'balance = balance + 100, last_entry_seq = 6', 'whose number goes ahead'),
    ('[]', 'balance = 0, reserved = 11400, last_entry_seq = 3', 'that goes back to an older entry'),
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
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, last_entry_at = null',
        'that forgets when'
    ),
    (
        '[{}]',
        'balance = balance + 100, last_entry_seq = 5, last_entry_at = ''2999-01-01T00:00:00Z''',
        'whose clock goes ahead of its entries'
    ),
    (
        '[{"currency": "USD"}]', 'balance = balance + 100, last_entry_seq = 5',
        'with the entry of another account'
    )
) as c (entries, assignments, what);
select is(
    pg_temp.post(
        '[{}]', 'balance = balance + 100, last_entry_seq = 5, closed_through = ''2025-12-29'''
    ),
    'LXPST POSTING_ONLY', 'refuses to open days again, also with an entry (LXPST)'
);

-- The owner, who writes nothing
set local role cuenta_owner;
select throws_ok(
    'update ledger.account_balances set balance = 0', '42501', null,
    'the owner cannot move a balance (42501)'
);
select throws_ok(pg_temp.entry(), '42501', null, 'nor write an entry (42501)');
select throws_ok(
    'insert into ledger.processor_events overriding system value '
    'select e.* from ledger.processor_events as e', '42501', null, 'nor an event (42501)'
);
reset role;

-- The service
set local role cuenta_app;
select throws_ok(
    pg_temp.entry(), '42501', 'permission denied for schema ledger',
    'the service has no rights on the tables (42501)'
);
select throws_ok(
    'update ledger.account_balances set balance = 0', '42501',
    'permission denied for schema ledger', 'neither entries nor balances (42501)'
);
reset role;
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
        b.restaurant_id, b.currency, b.balance, b.reserved, b.last_entry_seq,
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
