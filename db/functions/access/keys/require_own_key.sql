create or replace function access.require_own_key(p_key_digest bytea, p_now timestamptz)
returns text
language plpgsql
stable
as $function$
/*
 * Function: access.require_own_key(2)
 *     The restaurant that a key is bound to.
 * Parameters:
 *     p_key_digest  - SHA-256 of the whole key
 *     p_now         - the clock
 * Returns:
 *     the restaurant's id
 * Raises:
 *     LAKEY  the key is not known, or not any more
 *     LFOWN  the key is bound to no restaurant
 * Reads:  access.api_keys
 */
declare
    v_key access.api_keys;
begin
    select k.*
    into v_key
    from access.api_keys as k
    where k.key_digest = p_key_digest
        and k.revoked_at is null
        and (k.expires_at > p_now) is not false;

    if not found then
        raise exception 'the key is not valid, or not any more'
            using errcode = 'LAKEY', constraint = 'UNAUTHENTICATED';
    elsif v_key.bound_to is null then
        raise exception 'the key is bound to no restaurant'
            using errcode = 'LFOWN', constraint = 'FORBIDDEN';
    end if;
    return v_key.bound_to;
end;
$function$;

comment on function access.require_own_key(bytea, timestamptz)
is 'The restaurant that a key is bound to.';
