create or replace function api.list_drift(p_kind text default null)
returns table (
    kind text,
    name text,
    finding text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
set "DateStyle" = 'ISO, YMD'
set "TimeZone" = 'UTC'
set "IntervalStyle" = 'postgres'
set extra_float_digits = '1'
set quote_all_identifiers = off
as $function$
/*
 * Function: api.list_drift(1)
 *     Where the database is not what its last deploy left: a constraint that was dropped, a trigger
 *     that is off, another function body, a strange grant, owner or policy, a changed posting rule.
 *     db/deploy.py --check says the same, and compares with the files besides.
 * Parameters:
 *     p_kind  - only things of this kind: table, constraint, trigger, function, privilege, row ...
 * Returns:
 *     a row a difference; none where nothing differs. Where nothing is recorded nothing can be
 *     compared, and that is the one difference
 * Reads:  ledger.catalog_objects, ledger.reference_rows, deployment.records
 */
with objects as materialized (
    select
        o.kind,
        o.name,
        o.owner,
        o.right_owner,
        o.fingerprint
    from ledger.catalog_objects as o
    where p_kind is distinct from 'row'
),

standing as (
    select
        o.kind,
        o.name,
        o.fingerprint
    from objects as o
    where o.kind <> 'table' or not starts_with(o.name, 'deployment.')
    union all
    select
        'row',
        r.name,
        r.fingerprint
    from ledger.reference_rows as r
    where coalesce(p_kind, 'row') = 'row'
),

recorded as (
    select
        r.kind,
        r.name,
        r.fingerprint
    from deployment.records as r
    where
        r.kind not in ('migration', 'file')
        and (r.kind = 'row' or p_kind is distinct from 'row')
        and (r.kind <> 'row' or coalesce(p_kind, 'row') = 'row')
),

pairs as (
    select
        kind,
        name,
        r.fingerprint as old,
        s.fingerprint as new
    from recorded as r
    full join standing as s using (kind, name)
    where exists (select from deployment.records as n where n.kind = 'file')
)

select
    p.kind,
    p.name,
    case
        when p.old is null then 'was made since the last deploy'
        when p.new is null then 'is gone since the last deploy'
        else 'was changed since the last deploy'
    end
from pairs as p
where
    (p_kind is null or p.kind = p_kind)
    and (
        p.old is null
        or p.new is null
        -- What the server writes out is compared within one database only: db/facts.py, is_same.
        or case
            when
                split_part(p.old, ' ', 2) = split_part(p.new, ' ', 2)
                or split_part(p.old, ' ', 2) = ''
                or split_part(p.new, ' ', 2) = ''
                then p.old <> p.new
            else split_part(p.old, ' ', 1) <> split_part(p.new, ' ', 1)
        end
    )
union all
select
    'owner',
    format('%s %s', o.kind, o.name),
    format('belongs to %s and not to %s', o.owner, o.right_owner)
from objects as o
where o.owner <> o.right_owner and coalesce(p_kind, 'owner') = 'owner'
union all
select
    'file', 'deployment.records', 'nothing is recorded of the last deploy: run python db/deploy.py'
where
    coalesce(p_kind, 'file') = 'file'
    and not exists (select from deployment.records as n where n.kind = 'file')
order by 1, 2;
$function$;

comment on function api.list_drift(text)
is 'Where the database is not what its last deploy left.';
