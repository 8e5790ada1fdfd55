create or replace function ledger.require_check(p_check text)
returns void
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_check(1)
 *     The check that an argument names must be there.
 * Parameters:
 *     p_check  - a name of reporting.integrity_checks; null: all of them are meant
 * Raises:
 *     LNCHK  there is no such check
 * Reads:  reporting.integrity_checks
 */
begin
    if p_check is not null and not exists (
        select
        from reporting.integrity_checks as c
        where c.check_name = p_check
    ) then
        raise exception 'check % does not exist', quote_literal(left(p_check, 64))
            using errcode = 'LNCHK', constraint = 'CHECK_NOT_FOUND',
                detail = format('check=%s', left(p_check, 64));
    end if;
end;
$function$;

comment on function ledger.require_check(text)
is 'The check that an argument names must be there.';
