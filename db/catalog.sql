/*
 * What db/deploy.py answers for, as it stands in the catalog: one row a view, trigger, function and
 * privilege. Each deploy records the fingerprints, and --check compares them. Run with an empty
 * search_path, so that names come out qualified.
 *
 * A privilege is named "grantee: right on object", as grant and revoke take it. is_new: created or
 * replaced by the transaction that asks.
 */
with relations as (
    select
        c.oid,
        c.xmin,
        c.relkind,
        c.relowner,
        c.relacl,
        c.reloptions,
        c.oid::regclass::text as name
    from pg_catalog.pg_class as c
    where
        c.relnamespace::regnamespace::text in ('ledger', 'api', 'reporting', 'deployment')
        and c.relkind in ('r', 'p', 'v', 'S')
),

routines as (
    select
        p.oid,
        p.xmin,
        p.prokind,
        p.proowner,
        p.proacl,
        p.oid::regprocedure::text as name
    from pg_catalog.pg_proc as p
    where p.pronamespace::regnamespace::text in ('ledger', 'api', 'reporting')
),

grants as (
    select
        'schema ' || n.oid::regnamespace::text as object,
        '' as columns,
        n.nspowner as owner,
        coalesce(n.nspacl, acldefault('n', n.nspowner)) as acl
    from pg_catalog.pg_namespace as n
    where n.nspname in ('ledger', 'api', 'reporting', 'deployment')
    union all
    select
        case r.relkind when 'S' then 'sequence ' else 'table ' end || r.name,
        '',
        r.relowner,
        coalesce(
            r.relacl, acldefault(case r.relkind when 'S' then 's' else 'r' end::"char", r.relowner)
        )
    from relations as r
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

objects as (
    select
        'view' as kind,
        v.name,
        v.relowner as owner,
        v.xmin,
        concat(pg_get_viewdef(v.oid), v.reloptions, obj_description(v.oid, 'pg_class')) as text
    from relations as v
    where v.relkind = 'v'
    union all
    select
        'trigger',
        format('%I on %s', t.tgname, r.name),
        r.relowner,
        t.xmin,
        concat(pg_get_triggerdef(t.oid), t.tgenabled)
    from pg_catalog.pg_trigger as t
    inner join relations as r on t.tgrelid = r.oid
    where not t.tgisinternal
    union all
    select
        'function',
        f.name,
        f.proowner,
        f.xmin,
        concat(
            case when f.prokind <> 'a' then pg_get_functiondef(f.oid) end,
            obj_description(f.oid, 'pg_proc')
        )
    from routines as f
)

select
    o.kind,
    o.name,
    o.owner::regrole::text as owner,
    coalesce(o.xmin = pg_current_xact_id_if_assigned()::xid, false) as is_new,
    md5(o.text) as fingerprint
from objects as o
union all
select
    'privilege',
    format(
        '%s: %s%s on %s',
        case e.grantee when 0 then 'public' else e.grantee::regrole::text end,
        e.privilege_type,
        g.columns,
        g.object
    ),
    'cuenta_owner',
    false,
    case when bool_or(e.is_grantable) then 'with grant option' else '' end
from grants as g
cross join lateral aclexplode(g.acl) as e
where g.owner = 'cuenta_owner'::regrole
group by g.object, g.columns, e.grantee, e.privilege_type
