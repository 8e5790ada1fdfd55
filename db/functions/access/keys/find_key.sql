create or replace function access.find_key(p_key_digest bytea, p_now timestamptz)
returns access.api_keys
language sql
stable
as $function$
/*
 * Function: access.find_key(2)
 *     The key that somebody shows, if it is valid.
 * Parameters:
 *     p_key_digest  - SHA-256 of the whole key
 *     p_now         - the clock
 * Returns:
 *     its row; null: it is not known, revoked or past its end
 * Reads:  access.api_keys
 */
    select k.*
    from access.api_keys as k
    where k.key_digest = p_key_digest
        and k.revoked_at is null
        and (k.expires_at > p_now) is not false;
$function$;

comment on function access.find_key(bytea, timestamptz)
is 'The key that somebody shows, if it is valid.';
