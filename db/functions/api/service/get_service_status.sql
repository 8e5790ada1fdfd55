create or replace function api.get_service_status()
returns table (
    is_writable boolean,
    collation_warning text,
    last_migration text,
    deployed_at timestamptz
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_service_status(0)
 *     Whether this database can do its work: what `/ready` asks.
 * Returns:
 *     one row. is_writable: false on a standby, and where sessions are read-only by default, as
 *     after a fail-over. collation_warning: null, or that the collation library of the server is
 *     another one than the database was made with. last_migration, deployed_at: what was deployed
 *     last, and when
 * Reads:  deployment.records
 */
select
    not pg_is_in_recovery()
    and current_setting('default_transaction_read_only') = 'off' as is_writable,
    case
        when d.datcollversion <> pg_database_collation_actual_version(d.oid)
            then format(
                'the database was made with version %s of its collation library, the server has %s',
                d.datcollversion, pg_database_collation_actual_version(d.oid)
            )
    end as collation_warning,
    (
        select max(r.name collate "C")
        from deployment.records as r
        where r.kind = 'migration'
    ) as last_migration,
    (select max(r.recorded_at) from deployment.records as r) as deployed_at
from pg_database as d
where d.datname = current_database();
$function$;

comment on function api.get_service_status()
is 'Whether this database can be written, and what was deployed last.';
