create or replace function api.audit_integrity(
    p_check text default null,
    p_everything boolean default false
)
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
 * Function: api.audit_integrity(2)
 *     Runs the checks as check_integrity does and keeps what they find, so that metrics can tell.
 *     Looks at what came since the last audited seal, or on demand at all of the book, which takes
 *     its time: called check by check, no transaction is longer than one of them takes.
 *     All checks together without a finding that is an error: then the seals that were there at the
 *     beginning are audited, and the next audit begins after them. A finding keeps them open, so
 *     that nothing is left out before somebody has mended it.
 * Parameters:
 *     p_check       - only this check; no seal is audited by one
 *     p_everything  - true: the whole book; by default what no audit has seen yet
 * Returns:
 *     a row a check, by name: what was kept
 * Raises:
 *     LNCHK  there is no such check
 * Calls:  ledger.require_check, ledger.run_check, ledger.set_audit_scope
 * Reads:  reporting.integrity_checks
 * Writes: ledger.integrity_audits, ledger.seals
 * Locks:  the seals that are audited
 */
declare
    v_everything boolean := coalesce(p_everything, false);
    v_seal_no bigint;
    v_errors bigint := 0;
    r_check record;
begin
    -- Before the first statement that looks: what is in these seals is seen by all of them.
    select max(s.seal_no)
    into v_seal_no
    from ledger.seals as s;
    perform ledger.require_check(p_check);
    perform ledger.set_audit_scope(v_everything);
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
        from ledger.run_check(r_check.check_name, v_everything) as r;
        duration_ms := round(extract(epoch from clock_timestamp() - audited_at) * 1000);
        insert into ledger.integrity_audits (
            audited_at, findings, duration_ms, check_name, severity, sample, is_everything
        )
        values (
            audited_at, findings, duration_ms, check_name, severity, sample, v_everything
        );
        v_errors := v_errors + case severity when 'error' then findings else 0 end;
        return next;
    end loop;
    perform ledger.set_audit_scope(true);

    if p_check is null and v_errors = 0 then
        update ledger.seals as s
        set audited_at = clock_timestamp()
        where s.audited_at is null
            and s.seal_no <= v_seal_no;
    end if;
end;
$function$;

comment on function api.audit_integrity(text, boolean)
is 'Runs the checks and keeps what they find.';
