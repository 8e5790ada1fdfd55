-- Checks that must not be blind on one side: what a superuser does with the triggers off, and what finds it.
begin;
select plan(7);

create function pg_temp.found_after(p_statement text, p_check text) returns text
language plpgsql
as $$
declare
    v_findings bigint;
begin
    set local session_replication_role = replica;
    execute p_statement;
    set local session_replication_role = origin;
    select c.findings into v_findings from api.check_integrity(p_check) as c;
    raise sqlstate 'TTTTT';
exception
    when sqlstate 'TTTTT' then
        return format('%s findings', v_findings);
end
$$;

select is(
    (
        select a.status
        from api.ingest_event(
            '{"event_id": "c_1", "event_type": "charge_succeeded", "amount": 12000, "fee": 600,
            "occurred_at": "2025-12-30T10:00:00Z", "restaurant_id": "res_1", "currency": "PEN"}'
        ) as a
    ),
    'processed', 'a charge with its fee'
);
select is(
    (select a.status from api.hold_funds('res_1', 'PEN', 500, 'a complaint', 'h_1', 'ana') as a),
    'processed', 'and some of it is held'
);
select is(
    pg_temp.found_after('select 1', c.name), '0 findings', 'a sound book: nothing for ' || c.name
)
from (values ('balance_unequal_to_entries'), ('event_without_its_entries')) as c (name);
select is(
    pg_temp.found_after(
        'update ledger.account_balances set held = held + 1', 'balance_unequal_to_entries'
    ),
    '1 findings', 'an account that holds more than its entries say is found'
);
select is(
    pg_temp.found_after(
        'update ledger.account_balances set reserved = reserved + 1', 'balance_unequal_to_entries'
    ),
    '1 findings', 'so is one that reserves more'
);
select is(
    pg_temp.found_after(
        'delete from ledger.ledger_entries where entry_type = ''FEE''', 'event_without_its_entries'
    ),
    '1 findings', 'an event of which one entry of two is gone is found'
);

select * from finish();
rollback;
