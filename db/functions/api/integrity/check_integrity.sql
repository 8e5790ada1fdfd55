create or replace function api.check_integrity(p_check text default null)
returns table (
    check_name text,
    severity text,
    findings bigint,
    sample jsonb,
    title text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.check_integrity(1)
 *     Audits the whole book: every check with what it found. Reads all of it, which takes its time.
 *     The checks are the views reporting.check_*, as the catalog lists them. One that cannot be
 *     evaluated, whatever stands in a row, has found something, and the others go on.
 * Parameters:
 *     p_check  - only this check
 * Returns:
 *     a row a check, the worst first; findings is 0 on a sound book; sample shows up to five of
 *     them. An error must never be; a warning is for a person to look at
 * Raises:
 *     LNCHK  there is no such check
 * Calls:  ledger.require_check, ledger.run_check
 * Reads:  reporting.integrity_checks
 * Locks:  none
 */
begin
    perform ledger.require_check(p_check);
    return query
    select
        c.check_name,
        c.severity,
        r.findings,
        r.sample,
        c.title
    from reporting.integrity_checks as c
    cross join lateral ledger.run_check(c.check_name) as r
    where p_check is null or c.check_name = p_check
    order by r.findings = 0, c.severity, c.check_name;
end;
$function$;

comment on function api.check_integrity(text)
is 'Audits the whole book: every check with what it found.';
