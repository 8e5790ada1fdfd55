create or replace function ledger.require_limit(p_limit integer)
returns integer
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_limit(1)
 *     Checks how many rows a list may return.
 * Parameters:
 *     p_limit  - 1 to 500
 * Returns:
 *     p_limit
 * Raises:
 *     LBLIM  it is missing or out of range
 */
begin
    if (p_limit between 1 and 500) is not true then
        raise exception 'limit must be from 1 to 500'
            using errcode = 'LBLIM', constraint = 'LIMIT_INVALID',
                detail = format('limit=%s', p_limit);
    end if;
    return p_limit;
end;
$function$;

comment on function ledger.require_limit(integer)
is 'Checks how many rows a list may return.';
