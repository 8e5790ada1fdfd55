create or replace function api.check_integrity(
    p_check text default null,
    p_everything boolean default false
)
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
 * Function: api.check_integrity(2)
 *     Audits the book: every check with what it found. Looks at what came since the last seal that
 *     an audit found sound (ledger.seals.audited_at), and at the present state of every account:
 *     that takes as long whatever the book holds. On demand all of it is read, which takes its
 *     time.
 *     The checks are the views reporting.check_*, as the catalog lists them. One that cannot be
 *     evaluated, whatever stands in a row, has found something, and the others go on.
 * Parameters:
 *     p_check       - only this check
 *     p_everything  - true: the whole book; by default what no audit has seen yet
 * Returns:
 *     a row a check, the worst first; findings is 0 on a sound book; sample shows up to five of
 *     them. An error must never be; a warning is for a person to look at
 * Raises:
 *     LNCHK  there is no such check
 * Calls:  ledger.require_check, ledger.run_check, ledger.set_audit_scope
 * Reads:  reporting.integrity_checks
 * Locks:  none
 */
begin
    perform ledger.require_check(p_check);
    perform ledger.set_audit_scope(coalesce(p_everything, false));
    return query
    select
        c.check_name,
        c.severity,
        r.findings,
        r.sample,
        c.title
    from reporting.integrity_checks as c
    cross join lateral ledger.run_check(c.check_name, coalesce(p_everything, false)) as r
    where p_check is null or c.check_name = p_check
    order by r.findings = 0, c.severity, c.check_name;
    perform ledger.set_audit_scope(true);
end;
$function$;

comment on function api.check_integrity(text, boolean)
is 'Audits the book since its last audited seal, or all of it: every check with what it found.';
