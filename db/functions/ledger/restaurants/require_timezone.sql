create or replace function ledger.require_timezone(p_timezone text)
returns void
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_timezone(1)
 *     Checks a time zone that an argument names.
 * Parameters:
 *     p_timezone  - IANA name; null passes
 * Raises:
 *     LUTZN  the time zone is not known
 * Reads:  pg_catalog.pg_timezone_names
 */
begin
    if p_timezone is not null and not exists (
        select
        from pg_catalog.pg_timezone_names as z
        where z.name = p_timezone
    ) then
        raise exception 'time zone % is not known', quote_literal(left(p_timezone, 64))
            using errcode = 'LUTZN', constraint = 'TIMEZONE_UNKNOWN',
                detail = format('timezone=%s', left(p_timezone, 64)),
                hint = 'Use an IANA name such as America/Lima.';
    end if;
end;
$function$;

comment on function ledger.require_timezone(text)
is 'Checks a time zone that an argument names.';
