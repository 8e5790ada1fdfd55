create or replace function ledger.require_report(p_name text)
returns ledger.reports
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_report(1)
 *     The report that an argument names.
 * Parameters:
 *     p_name  - as in ledger.reports
 * Returns:
 *     its row
 * Raises:
 *     LBARG  the argument is missing
 *     LNREP  there is no such report
 * Reads:  ledger.reports
 */
declare
    v_report ledger.reports;
begin
    if p_name is null then
        raise exception 'name is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=name';
    end if;
    select r.*
    into v_report
    from ledger.reports as r
    where r.report = p_name;
    if not found then
        raise exception 'report % does not exist', quote_literal(left(p_name, 64))
            using errcode = 'LNREP', constraint = 'REPORT_NOT_FOUND',
                detail = format('name=%s', left(p_name, 64)),
                hint = 'list_reports() names them.';
    end if;
    return v_report;
end;
$function$;

comment on function ledger.require_report(text)
is 'The report that an argument names.';
