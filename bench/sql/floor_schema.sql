-- The floor's tables: copies of the ledger's, with the same indexes, checks and foreign keys, but
-- without triggers, of the same owner. What is inserted here costs what PostgreSQL itself takes for
-- the same rows.
create schema if not exists floor;
grant usage on schema floor to cuenta_owner, cuenta_app;

create table floor.restaurants (like ledger.restaurants including all);
create table floor.account_balances (like ledger.account_balances including all);
create table floor.processor_events (like ledger.processor_events including all);
create table floor.payout_runs (like ledger.payout_runs including all);
create table floor.payouts (like ledger.payouts including all);
create table floor.payout_items (like ledger.payout_items including all);
create table floor.ledger_entries (like ledger.ledger_entries including all);

-- "including all" copies everything but foreign keys and storage parameters: those of the originals,
-- pointed at the copies where there is one.
do $copy$
declare
    r_table record;
    r_key record;
begin
    for r_table in
        select
            c.relname,
            array_to_string(c.reloptions, ', ') as options
        from pg_catalog.pg_class as c
        where c.relnamespace = 'ledger'::regnamespace
            and c.reloptions is not null
            and c.relkind = 'r'
            and to_regclass('floor.' || c.relname) is not null
    loop
        execute format('alter table floor.%I set (%s)', r_table.relname, r_table.options);
    end loop;
    for r_table in
        select c.relname
        from pg_catalog.pg_class as c
        where c.relnamespace = 'floor'::regnamespace
            and c.relkind = 'r'
    loop
        execute format('alter table floor.%I owner to cuenta_owner', r_table.relname);
        execute format('grant select, insert on floor.%I to cuenta_app', r_table.relname);
    end loop;
    for r_key in
        select
            k.conname,
            c.relname,
            pg_catalog.pg_get_constraintdef(k.oid) as definition,
            f.relname as referenced
        from pg_catalog.pg_constraint as k
        inner join pg_catalog.pg_class as c on k.conrelid = c.oid
        inner join pg_catalog.pg_class as f on k.confrelid = f.oid
        where k.contype = 'f'
            and k.connamespace = 'ledger'::regnamespace
            and to_regclass('floor.' || c.relname) is not null
    loop
        execute format(
            'alter table floor.%I add constraint %I %s',
            r_key.relname,
            r_key.conname,
            case
                when to_regclass('floor.' || r_key.referenced) is not null
                    then replace(
                        r_key.definition,
                        'ledger.' || r_key.referenced || '(',
                        'floor.' || r_key.referenced || '('
                    )
                else r_key.definition
            end
        );
    end loop;
end
$copy$;
