create or replace function ledger.require_state(p_state text, p_known text[])
returns void
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_state(2)
 *     Checks the state that a list is asked for.
 * Parameters:
 *     p_state  - the state; null: any
 *     p_known  - those that there are
 * Raises:
 *     LUSTE  it is none of them
 */
begin
    if p_state <> all(p_known) then
        raise exception 'there is no state %', quote_literal(left(p_state, 20))
            using errcode = 'LUSTE', constraint = 'STATE_UNKNOWN',
                detail = format('state=%s', left(p_state, 20)),
                hint = array_to_string(p_known, ', ') || '.';
    end if;
end;
$function$;

comment on function ledger.require_state(text, text[])
is 'Checks the state that a list is asked for.';
