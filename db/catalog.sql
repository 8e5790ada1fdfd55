/*
 * What db/deploy.py answers for, as it stands in the catalog: one row a schema, table, column,
 * constraint, index, sequence, type, view, trigger, function, privilege and membership. Each deploy
 * records the fingerprints, and --check compares them. Run with an empty search_path, so that names
 * come out qualified.
 *
 * A fingerprint is that of plain facts, which no upgrade and no restore changes, and, where the
 * server writes out an expression or a query, where that was (the cluster and the database) and the
 * fingerprint of that text: a newer server, or one that read it from a dump, writes it otherwise.
 * right_owner: whose it has to be. A privilege is named "grantee: right on object", as grant and
 * revoke take it; a membership "member of role". is_new: created or replaced by the transaction
 * that asks.
 */
with place as (
    select concat_ws('.', s.system_identifier, d.oid) as place
    from pg_catalog.pg_control_system() as s
    cross join pg_catalog.pg_database as d
    where d.datname = current_database()
),

schemas as (
    select
        n.oid,
        n.nspname,
        n.nspowner,
        n.nspacl
    from pg_catalog.pg_namespace as n
    where n.nspname in (
        'ledger', 'access', 'inbound', 'outbound', 'api', 'reporting', 'deployment'
    )
),

relations as (
    select
        c.oid,
        c.xmin,
        c.relkind,
        c.relowner,
        c.relacl,
        c.reloptions,
        c.reltype,
        c.oid::regclass::text as name,
        n.nspname <> 'deployment' as is_ours,
        obj_description(c.oid, 'pg_class') as description
    from pg_catalog.pg_class as c
    inner join schemas as n on c.relnamespace = n.oid
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S', 'c', 'i', 'I')
),

roles as (
    select o.*
    from pg_catalog.pg_roles as o
    where o.rolname in (
        'cuenta_owner', 'cuenta_writer', 'cuenta_processor', 'cuenta_app', 'cuenta_operator',
        'cuenta_reader', 'cuenta_door', 'cuenta_restaurant', 'cuenta_worker'
    )
),

routines as (
    select
        p.*,
        p.xmin,
        p.oid::regprocedure::text as name,
        case
            when n.nspname = 'api' and p.prosecdef and p.provolatile = 'v' then 'cuenta_writer'
            else 'cuenta_owner'
        end as right_owner
    from pg_catalog.pg_proc as p
    inner join schemas as n on p.pronamespace = n.oid
),

grants as (
    select
        'schema ' || n.oid::regnamespace::text as object,
        '' as columns,
        n.nspowner as owner,
        coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from schemas as n
    union all
    select
        case r.relkind when 'S' then 'sequence ' else 'table ' end || r.name,
        '',
        r.relowner,
        coalesce(
            r.relacl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner)
        )
    from relations as r
    where r.relkind not in ('c', 'i', 'I')
    union all
    select
        'table ' || r.name,
        format(' (%I)', a.attname),
        r.relowner,
        a.attacl
    from relations as r
    inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid
    where a.attacl is not null and not a.attisdropped
    union all
    select
        'routine ' || f.name,
        '',
        f.proowner,
        coalesce(f.proacl, acldefault('f', f.proowner))
    from routines as f
),

-- Each with its plain facts and what the server makes of expressions.
objects as (
    select
        'schema' as kind,
        n.oid::regnamespace::text as name,
        n.nspowner as owner,
        'cuenta_owner' as right_owner,
        '0'::xid as xmin,
        coalesce(obj_description(n.oid, 'pg_namespace'), '') as plain,
        null as written
    from schemas as n
    union all
    select
        case when r.relkind = 'v' then 'view' when r.relkind = 'S' then 'sequence' else 'table' end,
        r.name,
        r.relowner,
        -- a sequence of an identity column follows its table
        case when r.relkind = 'S' then r.relowner::regrole::text else 'cuenta_owner' end,
        r.xmin,
        concat_ws(
            E'\n',
            r.reloptions,
            r.description,
            case
                when r.relkind = 'v' then (
                    select
                        string_agg(
                            concat_ws(
                                ' ',
                                a.attname,
                                format_type(a.atttypid, a.atttypmod),
                                col_description(r.oid, a.attnum)
                            ),
                            E'\n'
                            order by a.attnum
                        )
                    from pg_catalog.pg_attribute as a
                    where a.attrelid = r.oid and a.attnum > 0
                )
            end
        ),
        case when r.relkind = 'v' then pg_get_viewdef(r.oid) end
    from relations as r
    where r.relkind in ('r', 'p', 'm', 'f', 'v', 'S')
    union all
    select
        'column',
        format('%s.%I', r.name, a.attname),
        r.relowner,
        'cuenta_owner',
        '0'::xid,
        concat_ws(
            E'\n',
            format_type(a.atttypid, a.atttypmod),
            a.attnotnull,
            a.attidentity,
            a.attgenerated,
            nullif(a.attcollation, 0)::regcollation,
            col_description(r.oid, a.attnum)
        ),
        pg_get_expr(d.adbin, d.adrelid)
    from relations as r
    inner join pg_catalog.pg_attribute as a on r.oid = a.attrelid
    left join pg_catalog.pg_attrdef as d on a.attrelid = d.adrelid and a.attnum = d.adnum
    where r.is_ours and r.relkind in ('r', 'p') and a.attnum > 0 and not a.attisdropped
    union all
    select
        'constraint',
        format('%I on %s', k.conname, coalesce(r.name, format_type(k.contypid, null))),
        r.relowner,
        'cuenta_owner',
        '0'::xid,
        concat_ws(E'\n', k.contype, k.convalidated, k.condeferrable, k.condeferred),
        pg_get_constraintdef(k.oid)
    from pg_catalog.pg_constraint as k
    inner join schemas as n on k.connamespace = n.oid
    left join relations as r on k.conrelid = r.oid
    where k.contype in ('c', 'f', 'p', 'u', 'x') and n.nspname <> 'deployment'
    union all
    select
        'index',
        i.indexrelid::regclass::text,
        r.relowner,
        'cuenta_owner',
        '0'::xid,
        concat_ws(E'\n', i.indisvalid, i.indisunique, r.name),
        pg_get_indexdef(i.indexrelid)
    from pg_catalog.pg_index as i
    inner join relations as r on i.indrelid = r.oid
    where r.is_ours
    union all
    select
        'type',
        format_type(t.oid, null),
        t.typowner,
        'cuenta_owner',
        '0'::xid,
        concat_ws(
            E'\n',
            t.typtype,
            case when t.typbasetype <> 0 then format_type(t.typbasetype, t.typtypmod) end,
            t.typnotnull,
            t.typdefault,
            obj_description(t.oid, 'pg_type'),
            (
                select
                    string_agg(
                        concat_ws(
                            ' ',
                            a.attname,
                            format_type(a.atttypid, a.atttypmod),
                            col_description(a.attrelid, a.attnum)
                        ),
                        E'\n'
                        order by a.attnum
                    )
                from pg_catalog.pg_attribute as a
                where a.attrelid = t.typrelid and a.attnum > 0 and not a.attisdropped
            ),
            (
                select string_agg(e.enumlabel, E'\n' order by e.enumsortorder)
                from pg_catalog.pg_enum as e
                where e.enumtypid = t.oid
            )
        ),
        null
    from pg_catalog.pg_type as t
    inner join schemas as n on t.typnamespace = n.oid
    left join relations as r on t.typrelid = r.oid
    where
        n.nspname <> 'deployment'
        and (t.typtype in ('d', 'e', 'r') or (t.typtype = 'c' and r.relkind = 'c'))
    union all
    select
        'trigger',
        format('%I on %s', t.tgname, r.name),
        r.relowner,
        'cuenta_owner',
        t.xmin,
        concat_ws(E'\n', t.tgenabled, t.tgtype, t.tgfoid::regproc),
        pg_get_triggerdef(t.oid)
    from pg_catalog.pg_trigger as t
    inner join relations as r on t.tgrelid = r.oid
    where not t.tgisinternal
    union all
    select
        'function',
        f.name,
        f.proowner,
        f.right_owner,
        f.xmin,
        concat_ws(
            E'\n',
            f.prokind,
            (
                select l.lanname
                from pg_catalog.pg_language as l
                where l.oid = f.prolang
            ),
            f.prosrc,
            f.procost,
            f.prorows,
            f.prosecdef,
            f.proleakproof,
            f.proisstrict,
            f.provolatile,
            f.proparallel,
            f.proconfig,
            pg_get_function_result(f.oid),
            pg_get_function_identity_arguments(f.oid),
            obj_description(f.oid, 'pg_proc')
        ),
        case
            when f.prosqlbody is not null then pg_get_functiondef(f.oid)
            when f.pronargdefaults > 0 then pg_get_function_arguments(f.oid)
        end
    from routines as f
),

-- What none of ours has: there is no row where all is well.
strange as (
    select
        'policy' as kind,
        format('%I on %s', y.polname, r.name) as name,
        r.relowner as owner
    from pg_catalog.pg_policy as y
    inner join relations as r on y.polrelid = r.oid
    union all
    select
        'rule',
        format('%I on %s', w.rulename, r.name),
        r.relowner
    from pg_catalog.pg_rewrite as w
    inner join relations as r on w.ev_class = r.oid
    where w.rulename <> '_RETURN'
    union all
    select
        'property',
        format('%s of table %s', k.what, r.name),
        r.relowner
    from relations as r
    inner join pg_catalog.pg_class as c on r.oid = c.oid
    cross join
        lateral (
            values
            ('row security', c.relrowsecurity or c.relforcerowsecurity),
            ('unlogged storage', c.relpersistence <> 'p'),
            (
                'a child',
                exists (
                    select
                    from pg_catalog.pg_inherits as i
                    where i.inhparent = r.oid and c.relkind = 'r'
                )
            ),
            (
                'a trigger of a foreign key that is off',
                exists (
                    select
                    from pg_catalog.pg_trigger as t
                    where t.tgrelid = r.oid and t.tgisinternal and t.tgenabled <> 'O'
                )
            )
        ) as k (what, is_so)
    where r.is_ours and r.relkind in ('r', 'p') and k.is_so
    union all
    -- Seals count on numbers that rise as they are drawn: no session may draw some for later.
    select
        'property',
        format('its own way of numbering of sequence %s', r.name),
        r.relowner
    from relations as r
    inner join pg_catalog.pg_sequence as q on r.oid = q.seqrelid
    where
        r.is_ours
        and (q.seqincrement, q.seqmin, q.seqcache, q.seqcycle) <> (1, 1, 1, false)
    union all
    select
        'property',
        format('%s of role %I', k.what, o.rolname),
        'cuenta_owner'::text::regrole
    from roles as o
    cross join
        lateral (
            values
            ('superuser', o.rolsuper),
            ('createrole', o.rolcreaterole),
            ('replication', o.rolreplication),
            ('bypassrls', o.rolbypassrls)
        ) as k (what, is_so)
    where k.is_so
    union all
    -- None of ours is granted to another; who may be cuenta_writer is told below.
    select
        'property',
        format('membership in %I of role %I', o.rolname, p.rolname),
        'cuenta_owner'::text::regrole
    from pg_catalog.pg_auth_members as m
    inner join roles as o on m.roleid = o.oid
    inner join roles as p on m.member = p.oid
    where o.rolname <> 'cuenta_writer'
    union all
    select
        'setting',
        format(
            '%s of %s', split_part(k.text, '=', 1),
            concat_ws(' in ', nullif(s.setrole, 0)::regrole, d.datname)
        ),
        'cuenta_owner'::text::regrole
    from pg_catalog.pg_db_role_setting as s
    left join pg_catalog.pg_database as d on s.setdatabase = d.oid
    cross join lateral unnest(s.setconfig) as k (text)
    where
        (
            k.text like 'session_replication_role=%'
            and k.text <> 'session_replication_role=origin'
            or k.text like 'cuenta.audit\_%'
        )
        and (d.datname is null or d.datname = current_database())
)

select
    o.kind,
    o.name,
    coalesce(o.owner::regrole::text, 'cuenta_owner') as owner,
    o.right_owner,
    coalesce(o.xmin = pg_current_xact_id_if_assigned()::xid, false) as is_new,
    concat_ws(
        ' ',
        md5(o.plain),
        case when o.written is not null then p.place end,
        md5(o.written)
    ) as fingerprint
from objects as o
cross join place as p
union all
select
    s.kind,
    s.name,
    s.owner::regrole::text,
    s.owner::regrole::text,
    false,
    ''
from strange as s
union all
-- MAINTAIN came with 17, and what an owner may do with the deploy's own tables is no grant.
select
    'privilege',
    format(
        '%s: %s%s on %s',
        case e.grantee when 0 then 'public' else e.grantee::regrole::text end,
        e.privilege_type,
        g.columns,
        g.object
    ),
    g.owner::regrole::text,
    g.owner::regrole::text,
    false,
    case when bool_or(e.is_grantable) then 'with grant option' else '' end
from grants as g
cross join lateral aclexplode(g.acl) as e
where
    g.owner in ('cuenta_owner'::text::regrole, 'cuenta_writer'::text::regrole)
    and not (
        e.grantee = g.owner
        and (e.privilege_type = 'MAINTAIN' or g.object like 'table deployment.%')
    )
group by g.object, g.columns, g.owner, e.grantee, e.privilege_type
union all
select
    'default',
    format('privileges on objects of kind %s%s', d.defaclobjtype, ' in ' || n.nspname),
    d.defaclrole::regrole::text,
    'cuenta_owner',
    false,
    md5(d.defaclacl::text)
from pg_catalog.pg_default_acl as d
left join pg_catalog.pg_namespace as n on d.defaclnamespace = n.oid
where d.defaclrole in ('cuenta_owner'::text::regrole, 'cuenta_writer'::text::regrole)
union all
-- Who could become cuenta_writer. From version 16 on, who may grant a role need not be a member.
select
    'membership',
    format('%s of %s', m.member::regrole, m.roleid::regrole),
    m.grantor::regrole::text,
    m.grantor::regrole::text,
    false,
    ''
from pg_catalog.pg_auth_members as m
where
    m.roleid = 'cuenta_writer'::text::regrole
    and (
        coalesce((to_jsonb(m) ->> 'set_option')::boolean, not m.admin_option)
        or coalesce((to_jsonb(m) ->> 'inherit_option')::boolean, false)
    )
