create or replace function api.audit_integrity(p_check text default null)
returns table (
    check_name text,
    severity text,
    findings bigint,
    sample jsonb,
    audited_at timestamptz,
    duration_ms bigint
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.audit_integrity(1)
 *     Runs the checks as check_integrity does and keeps what they find, so that metrics can tell.
 *     Reads all of the book, which takes its time: called check by check, no transaction is longer
 *     than one of them takes.
 * Parameters:
 *     p_check  - only this check
 * Returns:
 *     a row a check, by name: what was kept
 * Raises:
 *     LNCHK  there is no such check
 * Calls:  ledger.require_check, ledger.run_check
 * Reads:  reporting.integrity_checks
 * Writes: ledger.integrity_audits
 * Locks:  none
 */
declare
    r_check record;
begin
    perform ledger.require_check(p_check);
    for r_check in
        select
            c.check_name,
            c.severity
        from reporting.integrity_checks as c
        where p_check is null or c.check_name = p_check
        order by c.check_name
    loop
        check_name := r_check.check_name;
        severity := r_check.severity;
        audited_at := clock_timestamp();
        select
            r.findings,
            r.sample
        into strict findings, sample
        from ledger.run_check(r_check.check_name) as r;
        duration_ms := round(extract(epoch from clock_timestamp() - audited_at) * 1000);
        insert into ledger.integrity_audits (
            audited_at, findings, duration_ms, check_name, severity, sample
        )
        values (audited_at, findings, duration_ms, check_name, severity, sample);
        return next;
    end loop;
end;
$function$;

comment on function api.audit_integrity(text)
is 'Runs the checks and keeps what they find.';
