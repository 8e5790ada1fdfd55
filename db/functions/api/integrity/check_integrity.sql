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
 * Parameters:
 *     p_check  - only this check
 * Returns:
 *     a row a check, the worst first; findings is 0 on a sound book; sample shows up to five of
 *     them. An error must never be; a warning is for a person to look at
 * Raises:
 *     LNCHK  there is no such check
 * Reads:  reporting.integrity_checks, reporting.integrity_findings
 * Locks:  none
 */
begin
    return query
    select
        c.check_name,
        c.severity,
        coalesce(f.findings, 0),
        f.sample,
        c.title
    from reporting.integrity_checks as c
    left join (
        select
            n.check_name,
            count(*) as findings,
            jsonb_agg(to_jsonb(n) - '{check_name,severity,finding_no}'::text[])
            filter (where n.finding_no <= 5) as sample
        from (
            select
                i.*,
                row_number() over (partition by i.check_name) as finding_no
            from reporting.integrity_findings as i
            where p_check is null or i.check_name = p_check
        ) as n
        group by n.check_name
    ) as f on c.check_name = f.check_name
    where p_check is null or c.check_name = p_check
    order by coalesce(f.findings, 0) = 0, c.severity, c.check_name;

    if not found then
        raise exception 'check % does not exist', quote_literal(left(p_check, 64))
            using errcode = 'LNCHK', constraint = 'CHECK_NOT_FOUND',
                detail = format('check=%s', left(p_check, 64));
    end if;
end;
$function$;

comment on function api.check_integrity(text)
is 'Audits the whole book: every check with what it found.';
