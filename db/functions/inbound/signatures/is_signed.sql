create or replace function inbound.is_signed(
    p_content bytea,
    p_signatures bytea[],
    p_keys inbound.source_secrets[]
)
returns boolean
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_signed(3)
 *     Whether one of the signatures is the HMAC of the content with one of the keys. What is
 *     compared are the digests of both, so that the time it takes says nothing about the right one.
 * Parameters:
 *     p_content     - what was signed; null: nothing was
 *     p_signatures  - as the sender says; null or empty: it says none
 *     p_keys        - the keys that are valid now
 * Returns:
 *     true or false
 * Calls:  inbound.hash_bytes
 */
    select coalesce(
        bool_or(
            sha256(
                inbound.hash_bytes(
                    k.algorithm,
                    k.outer_key || inbound.hash_bytes(k.algorithm, k.inner_key || p_content)
                )
            ) = any(array(select sha256(s.signature) from unnest(p_signatures) as s (signature)))
        ),
        false
    )
    from unnest(p_keys) as k;
$function$;

comment on function inbound.is_signed(bytea, bytea[], inbound.source_secrets[])
is 'Whether one of the signatures is the HMAC of the content with one of the keys.';
