create or replace function access.require_key_facts(
    p_name text,
    p_role text,
    p_restaurant_id text,
    p_expires_at timestamptz,
    p_now timestamptz
)
returns void
language plpgsql
stable
as $function$
/*
 * Function: access.require_key_facts(5)
 *     Checks what is said of a new key.
 * Parameters:
 *     p_name           - 1 to 128 characters, no blanks around them
 *     p_role           - processor, app, operator or reader
 *     p_restaurant_id  - the restaurant that it is bound to; null: none
 *     p_expires_at     - when it ends; null: never
 *     p_now            - the clock
 * Raises:
 *     LBARG  the name or the role is missing
 *     LUKBD  a key that is bound to a restaurant has another role than reader
 *     LUKEX  the end is no later than now
 *     LUKNM  the name is not one
 *     LUKRL  there is no such role for keys
 */
begin
    if p_name is null or p_role is null then
        raise exception '% is missing', case when p_name is null then 'name' else 'role' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=' || case when p_name is null then 'name' else 'role' end;
    elsif p_name !~ '^[^[:space:][:cntrl:]]([^[:cntrl:]]{0,126}[^[:space:][:cntrl:]])?$' then
        raise exception 'name must be 1 to 128 characters, with no blanks around them'
            using errcode = 'LUKNM', constraint = 'API_KEY_NAME_INVALID',
                detail = format('characters=%s', length(p_name));
    elsif p_role not in ('processor', 'app', 'operator', 'reader') then
        raise exception 'no key has the role %', quote_literal(left(p_role, 20))
            using errcode = 'LUKRL', constraint = 'API_KEY_ROLE_UNKNOWN',
                detail = format('role=%s', left(p_role, 20)),
                hint = 'processor, app, operator or reader.';
    elsif p_restaurant_id is not null and p_role <> 'reader' then
        raise exception 'a key that is bound to a restaurant reads, and changes nothing'
            using errcode = 'LUKBD', constraint = 'API_KEY_BOUND',
                detail = format('role=%s, restaurant_id=%s', p_role, left(p_restaurant_id, 64)),
                hint = 'Its role is reader.';
    elsif p_expires_at <= p_now then
        raise exception 'the key would have expired already'
            using errcode = 'LUKEX', constraint = 'API_KEY_EXPIRY_INVALID',
                detail = format('expires_at=%s', p_expires_at);
    end if;
end;
$function$;

comment on function access.require_key_facts(text, text, text, timestamptz, timestamptz)
is 'Checks what is said of a new key.';
