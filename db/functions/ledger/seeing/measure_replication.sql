create or replace function ledger.measure_replication(p_now timestamptz)
returns table (
    name text,
    labels jsonb,
    value numeric
)
language sql
stable
as $function$
/*
 * Function: ledger.measure_replication(1)
 *     Metrics of the servers that follow this one, or of how far this one follows another.
 * Parameters:
 *     p_now  - the clock
 * Returns:
 *     a row a sample
 * Reads:  the statistics of the server
 */
with here as (
    select
        pg_is_in_recovery() as is_standby,
        case
            when pg_is_in_recovery() then pg_last_wal_replay_lsn()
            else pg_current_wal_lsn()
        end as at_lsn
)

select
    'cuenta_replicas',
    jsonb_build_object('state', coalesce(r.state, 'hidden')),
    count(*)::numeric
from pg_stat_replication as r
group by coalesce(r.state, 'hidden')
union all
select
    'cuenta_replication_lag_bytes',
    '{}',
    max(pg_wal_lsn_diff(h.at_lsn, r.replay_lsn))
from pg_stat_replication as r
cross join here as h
union all
select
    'cuenta_replication_lag_seconds',
    '{}',
    case
        when not h.is_standby
            then (select max(extract(epoch from r.replay_lag)) from pg_stat_replication as r)
        when pg_last_wal_receive_lsn() is distinct from pg_last_wal_replay_lsn()
            then greatest(extract(epoch from p_now - pg_last_xact_replay_timestamp()), 0)
    end
from here as h
union all
select
    'cuenta_replication_slot_retained_bytes',
    '{}',
    max(pg_wal_lsn_diff(h.at_lsn, s.restart_lsn))
from pg_replication_slots as s
cross join here as h;
$function$;

comment on function ledger.measure_replication(timestamptz)
is 'Metrics of the servers that follow this one, or of how far this one follows another.';
