create or replace function inbound.hash_bytes(p_algorithm text, p_data bytea)
returns bytea
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.hash_bytes(2)
 *     A hash by the name of its algorithm.
 * Parameters:
 *     p_algorithm  - sha256, sha384 or sha512
 *     p_data       - what is hashed
 * Returns:
 *     the digest; null if there is no such algorithm
 */
    select case p_algorithm
        when 'sha256' then sha256(p_data)
        when 'sha384' then sha384(p_data)
        when 'sha512' then sha512(p_data)
    end;
$function$;

comment on function inbound.hash_bytes(text, bytea)
is 'A hash by the name of its algorithm.';
