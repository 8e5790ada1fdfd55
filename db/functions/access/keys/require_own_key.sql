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
 * Calls:  access.find_key
 */
declare
    v_key constant access.api_keys := access.find_key(p_key_digest, p_now);
begin
    if v_key.key_id is null then
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
