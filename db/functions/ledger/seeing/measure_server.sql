create or replace function ledger.measure_server(p_now timestamptz)
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_server(1)
 *     Metrics of this database, as the server counts them.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     a row a sample
 * Calls:  ledger.measure_replication, api.get_service_status
 * Reads:  the catalog and the statistics of the server
 */
select
    m.name,
    m.labels,
    m.value
from pg_database as d
inner join pg_stat_database as s on d.oid = s.datid
cross join lateral (
    values
    ('cuenta_database_blocks_total', '{"source": "memory"}'::jsonb, s.blks_hit::numeric),
    ('cuenta_database_blocks_total', '{"source": "elsewhere"}', s.blks_read),
    ('cuenta_database_deadlocks_total', '{}', s.deadlocks),
    ('cuenta_database_temporary_bytes_total', '{}', s.temp_bytes),
    ('cuenta_database_transactions_total', '{"outcome": "committed"}', s.xact_commit),
    ('cuenta_database_transactions_total', '{"outcome": "rolled_back"}', s.xact_rollback),
    ('cuenta_database_size_bytes', '{}', pg_database_size(d.oid)),
    ('cuenta_database_xid_age', '{}', age(d.datfrozenxid)),
    ('cuenta_database_multixact_age', '{}', mxid_age(d.datminmxid)),
    ('cuenta_database_connections_limit', '{}', current_setting('max_connections')::numeric),
    ('cuenta_database_is_standby', '{}', pg_is_in_recovery()::integer)
) as m (name, labels, value)
where d.datname = current_database()
union all
select
    'cuenta_database_connections',
    jsonb_build_object('state', t.state),
    count(a.pid)
from (
    values ('active'), ('idle'), ('idle_in_transaction'), ('aborted'), ('hidden'), ('other')
) as t (state)
left join pg_stat_activity as a on
    a.datname = current_database()
    and coalesce(a.backend_type, 'client backend') = 'client backend'
    and t.state = case
        when a.backend_type is null then 'hidden'
        when a.state in ('active', 'idle', 'idle in transaction') then replace(a.state, ' ', '_')
        when a.state = 'idle in transaction (aborted)' then 'aborted'
        else 'other'
    end
group by t.state
union all
select
    'cuenta_database_oldest_transaction_seconds',
    '{}',
    greatest(coalesce(extract(epoch from p_now - min(a.xact_start)), 0), 0)
from pg_stat_activity as a
where a.datname = current_database()
union all
select
    'cuenta_database_lock_waits',
    '{}',
    count(*)
from pg_locks as l
where
    not l.granted
    and (
        l.database is null
        or l.database = (select d.oid from pg_database as d where d.datname = current_database())
    )
union all
select
    m.name,
    m.labels,
    m.value
from api.get_service_status() as s
cross join lateral (
    values
    (
        'cuenta_build_info',
        jsonb_build_object(
            'migration', s.last_migration,
            'postgresql', split_part(current_setting('server_version'), ' ', 1)
        ),
        1::numeric
    ),
    ('cuenta_deployed_timestamp_seconds', '{}', extract(epoch from s.deployed_at))
) as m (name, labels, value)
union all
select
    r.name,
    r.labels,
    r.value
from ledger.measure_replication(p_now) as r;
$function$;

comment on function ledger.measure_server(timestamptz)
is 'Metrics of this database, as the server counts them.';
