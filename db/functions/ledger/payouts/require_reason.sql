create or replace function ledger.require_reason(p_reason text)
returns text
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_reason(1)
 *     Why a person does something that has to be explained.
 * Parameters:
 *     p_reason  - in words
 * Returns:
 *     p_reason
 * Raises:
 *     LBARG  it is missing
 *     LURSN  it is blank, or longer than 500 characters
 */
begin
    if p_reason is null then
        raise exception 'reason is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=reason';
    elsif length(p_reason) > 500 or p_reason !~ '[^[:space:]]' then
        raise exception 'reason must be 1 to 500 characters, not all of them blank'
            using errcode = 'LURSN', constraint = 'REASON_INVALID',
                detail = format('length=%s', length(p_reason));
    end if;
    return p_reason;
end;
$function$;

comment on function ledger.require_reason(text)
is 'Why a person does something that has to be explained.';
