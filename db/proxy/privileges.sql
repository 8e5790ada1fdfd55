/*
 * Who may do what on a proxy: as in a cell (db/privileges.sql), whose grants on the functions of
 * schema api and on the views are made with them. Here is the rest: nobody else has anything, and
 * what calls the cells does so as cuenta_owner, whose password for them nobody else has.
 */
grant usage on schema api to cuenta_processor, cuenta_app, cuenta_operator, cuenta_reader;
grant usage on schema api to cuenta_door, cuenta_restaurant, cuenta_worker;
grant usage on schema reporting to cuenta_reader;
grant usage, create on schema api, reporting, proxy to cuenta_owner;
revoke execute on all functions in schema proxy from public;
grant execute on all functions in schema proxy to cuenta_owner;

do $owners$
declare
    r_one record;
begin
    for r_one in
        select p.oid::regprocedure as name
        from pg_proc as p
        where p.pronamespace = 'api'::regnamespace and p.prokind = 'f'
    loop
        execute format('revoke execute on function %s from public', r_one.name);
        execute format('alter function %s owner to cuenta_owner', r_one.name);
    end loop;
    for r_one in
        select p.oid::regprocedure as name
        from pg_proc as p
        where p.pronamespace = 'api'::regnamespace and p.prokind = 'p'
    loop
        execute format('revoke execute on procedure %s from public', r_one.name);
        execute format('alter procedure %s owner to cuenta_owner', r_one.name);
    end loop;
    for r_one in
        select c.oid::regclass as name, n.nspname as schema
        from pg_class as c
        inner join pg_namespace as n on c.relnamespace = n.oid
        where n.nspname ~ '^cell_[0-9]+$'
    loop
        execute format('alter foreign table %s owner to cuenta_owner', r_one.name);
        execute format('grant usage on schema %I to cuenta_owner', r_one.schema);
    end loop;
end;
$owners$;
