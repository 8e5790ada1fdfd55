create or replace function ledger.measure_tables()
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_tables(0)
 *     Metrics of our tables, by name. Never waits for whoever has a table to himself.
 * Returns:
 *     a row a sample
 * Reads:  the catalog and the statistics of the server
 */
with busy as (
    -- Asking for the size of these would wait, or queue behind somebody who waits.
    select l.relation
    from pg_locks as l
    where
        l.mode = 'AccessExclusiveLock'
        and l.relation is not null
        and l.database = (select d.oid from pg_database as d where d.datname = current_database())
),

sizes as (
    select
        t.oid,
        sum(z.bytes) filter (where z.is_table) as table_bytes,
        coalesce(sum(z.bytes) filter (where not z.is_table), 0) as indexes_bytes
    from pg_class as t
    cross join lateral (
        select
            t.oid,
            true
        union all
        select
            t.reltoastrelid,
            true
        where t.reltoastrelid <> 0
        union all
        select
            i.indexrelid,
            i.indrelid <> t.oid
        from pg_index as i
        where i.indrelid = t.oid or (t.reltoastrelid <> 0 and i.indrelid = t.reltoastrelid)
    ) as r (oid, is_table)
    inner join pg_class as c on r.oid = c.oid
    cross join lateral (
        select
            r.is_table,
            case
                when c.oid in (select b.relation from busy as b)
                    then c.relpages::bigint * current_setting('block_size')::bigint
                else
                    pg_relation_size(c.oid, 'main')
                    + pg_relation_size(c.oid, 'fsm')
                    + pg_relation_size(c.oid, 'vm')
            end as bytes
    ) as z
    where
        t.relkind = 'r'
        and t.relnamespace in (
            'ledger'::regnamespace, 'access'::regnamespace, 'inbound'::regnamespace,
            'outbound'::regnamespace
        )
    group by t.oid
)

select
    m.name,
    jsonb_build_object('table', n.nspname || '.' || c.relname),
    m.value::numeric
from sizes as z
inner join pg_class as c on z.oid = c.oid
inner join pg_namespace as n on c.relnamespace = n.oid
cross join lateral (
    values
    ('cuenta_table_bytes', z.table_bytes),
    ('cuenta_table_indexes_bytes', z.indexes_bytes),
    ('cuenta_table_rows', greatest(c.reltuples::numeric, 0)),
    ('cuenta_table_dead_rows', pg_stat_get_dead_tuples(c.oid))
) as m (name, value);
$function$;

comment on function ledger.measure_tables()
is 'Metrics of our tables, by name. Never waits for whoever has a table to himself.';
