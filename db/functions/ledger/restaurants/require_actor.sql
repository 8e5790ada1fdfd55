create or replace function ledger.require_actor(p_actor text)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_actor(1)
 *     Who does something by hand, as an argument says: a person, or the login.
 * Parameters:
 *     p_actor  - 1 to 128 characters, no blanks around them; null: the login
 * Returns:
 *     the name
 * Raises:
 *     LUACT  it is empty, too long, or has blanks or control characters where none belong
 */
begin
    if p_actor is null then
        return session_user;
    elsif p_actor !~ '^[^[:space:][:cntrl:]]([^[:cntrl:]]{0,126}[^[:space:][:cntrl:]])?$' then
        raise exception 'actor must be 1 to 128 characters, with no blanks around them'
            using errcode = 'LUACT', constraint = 'ACTOR_INVALID',
                detail = format('characters=%s', length(p_actor));
    end if;
    return p_actor;
end;
$function$;

comment on function ledger.require_actor(text)
is 'Who does something by hand, as an argument says.';
