create or replace function ledger.require_reason_code(p_code text)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_reason_code(1)
 *     Checks the code by which events are looked for that were refused or wait.
 * Parameters:
 *     p_code  - as in ledger.rejection_reasons; null: any
 * Returns:
 *     p_code
 * Raises:
 *     LURCD  no event is refused with such a code
 * Reads:  ledger.rejection_reasons
 */
begin
    if p_code is not null and not exists (
        select
        from ledger.rejection_reasons as r
        where r.code = p_code
    ) then
        raise exception 'no event is refused with the code %', quote_literal(left(p_code, 64))
            using errcode = 'LURCD', constraint = 'REASON_CODE_UNKNOWN',
                detail = format('code=%s', left(p_code, 64));
    end if;
    return p_code;
end;
$function$;

comment on function ledger.require_reason_code(text)
is 'Checks the code by which events are looked for.';
