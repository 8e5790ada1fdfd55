create or replace function api.list_reports()
returns table (
    name text,
    title text,
    columns text[],
    day_column text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_reports(0)
 *     The reports that api.get_report gives.
 * Returns:
 *     a row a report: what it says, its columns, and the one that from and to are about
 * Reads:  ledger.reports, the catalog
 * Locks:  none
 */
    select
        r.report,
        obj_description(w.oid, 'pg_class'),
        array(
            select a.attname::text
            from pg_catalog.pg_attribute as a
            where a.attrelid = w.oid
                and a.attnum > 0
            order by a.attnum
        ),
        r.day_column
    from ledger.reports as r
    cross join lateral to_regclass('reporting.' || quote_ident(r.view_name)) as w (oid)
    order by r.report;
$function$;

comment on function api.list_reports()
is 'The reports that api.get_report gives.';
