create or replace function api.get_metrics()
returns table (
    metrics text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_metrics(0)
 *     What the database knows about itself and the ledger, for Prometheus. Costs the same with ten
 *     million events as with none: sequences, estimates of the server's, and counts of what is open
 *     up to a bound. No label names a restaurant.
 * Returns:
 *     one row: Prometheus' text format 0.0.4. A metric of which nothing is to be said has its HELP
 *     and TYPE all the same
 * Calls:  ledger.measure_deliveries, ledger.measure_events, ledger.measure_integrity,
 *         ledger.measure_payouts, ledger.measure_runs, ledger.measure_server, ledger.measure_tables
 * Reads:  ledger.metrics
 * Locks:  none
 */
with samples as (
    select s.* from ledger.measure_events(statement_timestamp()) as s
    union all
    select s.* from ledger.measure_payouts(statement_timestamp()) as s
    union all
    select s.* from ledger.measure_runs(statement_timestamp()) as s
    union all
    select s.* from ledger.measure_deliveries(statement_timestamp()) as s
    union all
    select s.* from ledger.measure_integrity() as s
    union all
    select s.* from ledger.measure_server(statement_timestamp()) as s
    union all
    select s.* from ledger.measure_tables() as s
),

lines as (
    select
        s.name,
        string_agg(
            s.name || l.labels || ' ' || trim_scale(s.value) || chr(10), '' order by l.labels
        ) as lines
    from samples as s
    cross join lateral (
        -- As JSON a string has its quotes, and escapes as here.
        select
            coalesce(
                '{' || string_agg(j.key || '=' || to_json(j.value), ',' order by j.key) || '}', ''
            ) collate "C" as labels
        from jsonb_each_text(s.labels) as j
    ) as l
    where s.value is not null
    group by s.name
)

select
    string_agg(
        format('# HELP %s %s', m.name, m.help) || chr(10)
        || format('# TYPE %s %s', m.name, m.type) || chr(10)
        || coalesce(l.lines, ''),
        '' order by m.name
    )
from ledger.metrics as m
left join lines as l on m.name = l.name;
$function$;

comment on function api.get_metrics()
is 'What the database knows about itself and the ledger, for Prometheus.';
