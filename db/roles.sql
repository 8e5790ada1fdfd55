/*
 * What needs more rights than an owner has: the roles, and the settings and rights of the database.
 *
 * db/deploy.py runs this file by itself where its login may create roles and owns the database.
 * Elsewhere a DBA runs it once, in the database of cuenta, naming the login that will deploy:
 *
 *     psql -d DATABASE -c "set cuenta.deploy_login = 'LOGIN'" -f db/roles.sql
 *
 * It may be run again at any time; what is right already is left alone.
 *
 *     cuenta_owner      owns everything but what writes, cannot log in and cannot write the book;
 *                       the deploy does its work as this role
 *     cuenta_writer     owns the functions that write; nobody is a member of it, outside of a
 *                       deploy's own transaction
 *     cuenta_processor  what reports events, and does nothing else
 *     cuenta_app        the service: grant it to the login in the service's DATABASE_URL
 *     cuenta_operator   people: adjustments, replays, cancellations
 *     cuenta_reader     reporting tools: the views, and the functions that read
 *     cuenta_door       the service, before it knows who calls: keys and signed webhooks
 *     cuenta_restaurant a restaurant's own key: what is its own
 *     cuenta_worker     background work: runs that are due, deliveries
 *
 * Nobody else connects to this database.
 */

do $roles$
declare
    -- Who only looks (deploy.py --check) needs nothing for itself.
    v_login text := case
        when current_setting('transaction_read_only') = 'off'
            then coalesce(nullif(current_setting('cuenta.deploy_login', true), ''), session_user)
    end;
    v_is_new boolean := current_setting('server_version_num')::integer >= 160000;
    r_role record;
begin
    for r_role in
        select w.role_name, w.description
        from (
            values
                ('cuenta_owner', 'cuenta: owns every object but what writes; no login'),
                ('cuenta_writer', 'cuenta: owns the functions that write; nobody can become it'),
                ('cuenta_processor', 'cuenta: payment processors; may report events'),
                ('cuenta_app', 'cuenta: the service; may call the functions of schema api'),
                ('cuenta_operator', 'cuenta: people; may call the functions of schema api'),
                ('cuenta_reader', 'cuenta: reporting tools; may read views and call what reads'),
                ('cuenta_door', 'cuenta: the service; may look keys up and take signed webhooks'),
                ('cuenta_restaurant', 'cuenta: restaurants'' own keys; may read what is theirs'),
                ('cuenta_worker', 'cuenta: background work; may carry out runs and deliveries')
        ) as w (role_name, description)
        where not exists (select 1 from pg_catalog.pg_roles as r where r.rolname = w.role_name)
        order by w.role_name
    loop
        execute format('create role %I nologin', r_role.role_name);
        execute format('comment on role %I is %L', r_role.role_name, r_role.description);
    end loop;

    -- The login that deploys becomes the owner by `set role`; a superuser may do that anyway. From
    -- version 16 on, who created a role may grant it but is no member, and membership has options.
    if v_is_new then
        if not pg_has_role(v_login, 'cuenta_owner', 'SET') then
            execute format('grant cuenta_owner to %I with set true, inherit false', v_login);
        end if;
    elsif not pg_has_role(v_login, 'cuenta_owner', 'MEMBER') then
        execute format('grant cuenta_owner to %I', v_login);
    end if;

    -- It makes the owner a member of the writing role for the length of a transaction. From version 16
    -- on the right to grant a role is no membership; on 15 it is one, unless the login may create
    -- roles, which there includes granting them.
    if not pg_has_role(v_login, 'cuenta_writer', 'MEMBER WITH ADMIN OPTION') then
        if v_is_new then
            execute format(
                'grant cuenta_writer to %I with admin true, set false, inherit false', v_login
            );
        elsif not (
            select r.rolcreaterole from pg_catalog.pg_roles as r where r.rolname = v_login
        ) then
            execute format('grant cuenta_writer to %I with admin option', v_login);
        end if;
    end if;

    -- Metrics tell how old the oldest transaction is, whoever has it, where somebody may allow that.
    if not pg_has_role('cuenta_owner', 'pg_read_all_stats', 'USAGE') and (
        select
            r.rolsuper
            or (r.rolcreaterole and not v_is_new)
            or pg_has_role(r.rolname, 'pg_read_all_stats', 'MEMBER WITH ADMIN OPTION')
        from pg_catalog.pg_roles as r
        where r.rolname = current_user
    ) then
        grant pg_read_all_stats to cuenta_owner;
    end if;

    -- The owner makes the schemas.
    if not has_database_privilege('cuenta_owner', current_database(), 'CREATE') then
        execute format('grant create on database %I to cuenta_owner', current_database());
    end if;

    -- Who connects is named: not every login of the server.
    for r_role in
        select w.role_name
        from unnest(array[
            'cuenta_owner', 'cuenta_processor', 'cuenta_app', 'cuenta_operator', 'cuenta_reader',
            'cuenta_door', 'cuenta_restaurant', 'cuenta_worker', v_login
        ]) as w (role_name)
        where
            w.role_name is not null
            and not exists (
                select 1
                from pg_catalog.pg_database as d
                cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as e
                where
                    d.datname = current_database()
                    and e.grantee = w.role_name::regrole
                    and e.privilege_type = 'CONNECT'
            )
            and not exists (
                select 1
                from pg_catalog.pg_roles as r
                where r.rolname = w.role_name and r.rolsuper
            )
    loop
        execute format('grant connect on database %I to %I', current_database(), r_role.role_name);
    end loop;
    if exists (
        select 1
        from pg_catalog.pg_database as d
        cross join lateral aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) as e
        where d.datname = current_database() and e.grantee = 0
    ) then
        execute format(
            'revoke connect, temporary on database %I from public', current_database()
        );
    end if;

    -- The bare names of the functions and views work in psql.
    if not exists (
        select 1
        from pg_catalog.pg_db_role_setting as s
        inner join pg_catalog.pg_database as d on d.oid = s.setdatabase
        where
            d.datname = current_database()
            and s.setrole = 0
            and 'search_path=api, reporting, public' = any(s.setconfig)
    ) then
        execute format(
            'alter database %I set search_path = api, reporting, public', current_database()
        );
    end if;

    -- No compiling of statements where the server could: what posts keeps off sequential scans, which
    -- the planner prices so high that the first array of a session would be compiled for seconds.
    if not exists (
        select 1
        from pg_catalog.pg_db_role_setting as s
        inner join pg_catalog.pg_database as d on d.oid = s.setdatabase
        where d.datname = current_database() and s.setrole = 0 and 'jit=off' = any(s.setconfig)
    ) then
        execute format('alter database %I set jit = off', current_database());
    end if;

    -- What a statement is called with is nobody's business in the server's log: secrets of webhooks are
    -- arguments. Only a superuser may say so.
    if has_parameter_privilege(session_user, 'log_parameter_max_length', 'SET')
        and not exists (
            select 1
            from pg_catalog.pg_db_role_setting as s
            inner join pg_catalog.pg_database as d on d.oid = s.setdatabase
            where
                d.datname = current_database()
                and s.setrole = 0
                and 'log_parameter_max_length=0' = any(s.setconfig)
        )
    then
        execute format(
            'alter database %I set log_parameter_max_length = 0', current_database()
        );
    end if;

    -- Databases that come from version 14 or earlier let everybody create objects in schema public,
    -- and with that put something in front of what a session means.
    if exists (
        select 1
        from pg_catalog.pg_namespace as n
        cross join lateral aclexplode(n.nspacl) as e
        where n.nspname = 'public' and e.grantee = 0 and e.privilege_type = 'CREATE'
    ) then
        revoke create on schema public from public;
    end if;
end
$roles$;
