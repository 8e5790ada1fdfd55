-- A payout never changes but along its states, and is complete from the first.
begin;
select plan(49);

create function pg_temp.charge(p_restaurant_id text) returns text
language sql
as $$
select a.status
from api.ingest_event(
    jsonb_build_object(
        'event_id', 'evt_' || p_restaurant_id, 'event_type', 'charge_succeeded',
        'occurred_at', '2025-12-30T10:00:00Z', 'restaurant_id', p_restaurant_id, 'currency', 'PEN',
        'amount', 12000, 'fee', 600
    )
) as a
$$;
create function pg_temp.failure(p_statement text) returns text
language plpgsql
as $$
declare
    v_code text;
begin
    execute p_statement;
    raise sqlstate 'TTTTT' using message = 'accepted';
exception
    when sqlstate 'TTTTT' then
        return 'accepted';
    when others then
        get stacked diagnostics v_code = constraint_name;
        return sqlstate || ' ' || v_code;
end
$$;

select is(pg_temp.charge('res_001'), 'processed', 'money');
select is(
    (select r.payouts_created from api.run_payouts('PEN', '2025-12-30') as r), 1,
    'and a payout of it'
);

-- A superuser: what a payout is cannot change
select is(
    pg_temp.failure(format('update ledger.payouts set %s', s.assignment)),
    'LCTRN PAYOUT_CHANGE_REFUSED',
    format('refuses to set %s (LCTRN)', s.assignment)
)
from (
    values
    ('amount = amount + 1'), ('currency = ''USD'''), ('as_of = as_of + 1'), ('payout_id = ''x'''),
    ('restaurant_id = ''x'''), ('run_id = ''x'''), ('reserve_entry_seq = 1'),
    ('created_at = now() - interval ''1 s''')
) as s (assignment);
select throws_ok(
    'update ledger.payouts set amount = 1', 'LCTRN', null, 'the owner''s rights do not help (LCTRN)'
);

select is(
    pg_temp.failure(format('update ledger.payouts set status = ''PAID'', %s', s.assignment)),
    'LCTRN PAYOUT_CHANGE_REFUSED',
    format('refuses to set %s on the way to PAID (LCTRN)', s.assignment)
)
from (
    values
    ('amount = amount + 1'), ('currency = ''USD'''), ('as_of = as_of + 1'), ('payout_id = ''x'''),
    ('restaurant_id = ''x'''), ('run_id = ''x'''), ('reserve_entry_seq = 1'),
    ('created_at = now() - interval ''1 s''')
) as s (assignment);

-- A superuser: states. From each to each.
create function pg_temp.move(p_from text, p_to text) returns text
language plpgsql
as $$
begin
    set local session_replication_role = replica;
    update ledger.payouts set status = p_from;
    set local session_replication_role = origin;
    update ledger.payouts set status = p_to;
    raise sqlstate 'TTTTT' using message = 'accepted';
exception
    when sqlstate 'TTTTT' then
        return 'accepted';
    when sqlstate 'LCTRN' then
        return 'refused';
end
$$;
select is(
    pg_temp.move(f.status, t.status),
    case
        when
            (f.status || '>' || t.status) in (
                'CREATED>PAID', 'CREATED>FAILED', 'CREATED>CANCELED', 'PAID>FAILED',
                'PAID>CANCELED', 'FAILED>CANCELED', 'CANCELED>FAILED'
            )
            then 'accepted'
        else 'refused'
    end,
    format(
        'a payout %s from %s to %s',
        case
            when
                (f.status || '>' || t.status) in (
                    'CREATED>PAID', 'CREATED>FAILED', 'CREATED>CANCELED', 'PAID>FAILED',
                    'PAID>CANCELED', 'FAILED>CANCELED', 'CANCELED>FAILED'
                )
                then 'may go'
            else 'never goes'
        end,
        f.status, t.status
    )
)
from (values ('CREATED'), ('PAID'), ('FAILED'), ('CANCELED')) as f (status)
cross join (values ('CREATED'), ('PAID'), ('FAILED'), ('CANCELED')) as t (status)
where f.status <> t.status;

-- A superuser: a payout that is not complete
select is(
    (select s.restaurant_id from set_restaurant('res_002') as s), 'res_002', 'a restaurant'
);
select is(pg_temp.charge('res_002'), 'processed', 'with money');
create function pg_temp.payout(p_item bigint, p_reserve bigint)
returns text
language sql stable
as $$
select format(
    $sql$
    with payout as (
        insert into ledger.payouts (
            restaurant_id, payout_id, currency, as_of, amount, status, run_id, reserve_entry_seq,
            created_at
        )
        select 'res_002', 'po_2', 'PEN', date '2025-12-30', 100, 'CREATED', r.run_id, 3, now()
        from ledger.payout_runs as r
        returning *
    ),

    items as (
        insert into ledger.payout_items (restaurant_id, payout_id, item_type, amount, entry_count)
        select 'res_002', 'po_2', 'gross_sales', %1$s, 1 where %1$s <> 0
    )

    insert into ledger.ledger_entries
    select (
        jsonb_populate_record(
            e,
            '{"entry_seq": 3, "entry_type": "PAYOUT_RESERVE", "event_no": null,
            "payout_id": "po_2"}'::jsonb
            || jsonb_build_object(
                'amount', %2$s, 'balance_after', 11400 - %2$s, 'reserved_after', %2$s
            )
        )
    ).*
    from ledger.ledger_entries as e
    where e.restaurant_id = 'res_002' and e.entry_seq = 2 and %2$s <> 0
    $sql$,
    p_item, p_reserve
)
$$;
select is(
    pg_temp.failure(pg_temp.payout(100, 100)), 'accepted',
    'a payout with its items and its reserve is taken'
);
select is(
    pg_temp.failure(pg_temp.payout(0, 100)), 'LXPAY PAYOUT_INCOMPLETE',
    'refuses a payout without items (LXPAY)'
);
select is(
    pg_temp.failure(pg_temp.payout(99, 100)), 'LXPAY PAYOUT_INCOMPLETE',
    'refuses a payout whose items do not add up (LXPAY)'
);
select is(
    pg_temp.failure(
        split_part(pg_temp.payout(100, 0), 'insert into ledger.ledger_entries', 1) || 'select 1'
    ),
    'LXPAY PAYOUT_INCOMPLETE', 'refuses a payout that reserves nothing (LXPAY)'
);
select is(
    pg_temp.failure(replace(pg_temp.payout(100, 100), 'PAYOUT_RESERVE', 'PAYOUT_FEE')),
    'LXPAY PAYOUT_INCOMPLETE', 'refuses one whose reserve is an entry of another type (LXPAY)'
);
select is(
    pg_temp.failure(pg_temp.payout(100, 99)), 'LXPAY PAYOUT_INCOMPLETE',
    'refuses a payout that reserves less (LXPAY)'
);
select is(
    pg_temp.failure(pg_temp.payout(100, 101)), 'LXPAY PAYOUT_INCOMPLETE',
    'refuses a payout that reserves more (LXPAY)'
);
select is(
    pg_temp.failure(
        'insert into ledger.payout_items '
        '(restaurant_id, payout_id, item_type, amount, entry_count) '
        'select p.restaurant_id, p.payout_id, ''tips'', 1, 1 from ledger.payouts as p'
    ),
    'LXPAY PAYOUT_INCOMPLETE', 'refuses an item that comes later and does not add up (LXPAY)'
);
select is(
    pg_temp.failure(
        'insert into ledger.payouts '
        'select (jsonb_populate_record(p, ''{"payout_id": "po_2", "as_of": "2025-12-31"}'')).* '
        'from ledger.payouts as p'
    ),
    'LXPAY PAYOUT_INCOMPLETE', 'refuses a payout whose items would come later (LXPAY)'
);
select is(
    pg_temp.failure(
        $$
        with payouts as (
            insert into ledger.payouts
            select (jsonb_populate_record(p, '{"payout_id": "po_2", "as_of": "2025-12-31"}')).*
            from ledger.payouts as p
        )

        insert into ledger.payout_items
        select (jsonb_populate_record(i, '{"payout_id": "po_2"}')).* from ledger.payout_items as i
        $$
    ),
    'LXPAY PAYOUT_INCOMPLETE', 'refuses a payout that names the reserve of another one (LXPAY)'
);

-- The processor's words set the times
select is(
    (
        select a.status
        from ingest_event(
            jsonb_build_object(
                'event_id', 'evt_failed', 'event_type', 'payout_failed', 'occurred_at',
                '2025-12-31T10:00:00Z',
                'restaurant_id', 'res_001', 'currency', 'PEN', 'amount', 11400,
                'payout_id', (select p.payout_id from ledger.payouts as p)
            )
        ) as a
    ),
    'processed', 'a payout fails'
);
select results_eq(
    'select p.status, p.paid_at, p.failed_at from ledger.payouts as p',
    $$values ('FAILED' collate "C", null::timestamptz, '2025-12-31T10:00:00Z'::timestamptz)$$,
    'FAILED, with the time'
);
select is(
    pg_temp.failure('update ledger.payouts set ' || c.assignment),
    'LCTRN PAYOUT_CHANGE_REFUSED',
    format('what was reported of a payout at its end stays: refuses to set %s (LCTRN)', c.assignment)
)
from (
    values
    ('failed_at = failed_at - interval ''1 s'''), ('failed_at = null'), ('paid_at = now()'),
    ('canceled_at = now()')
) as c (assignment);

select * from finish();
rollback;
