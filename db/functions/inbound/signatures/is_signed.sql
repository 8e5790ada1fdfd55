create or replace function inbound.is_signed(
    p_content bytea,
    p_signatures bytea[],
    p_keys inbound.source_secrets[]
)
returns boolean
language plpgsql
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
declare
    v_right bytea;
    v_is_signed boolean := false;
    r_key inbound.source_secrets;
    v_signature bytea;
begin
    if p_keys is null or p_signatures is null then
        return false;
    end if;
    foreach r_key in array p_keys loop
        v_right := sha256(
            inbound.hash_bytes(
                r_key.algorithm,
                r_key.outer_key || inbound.hash_bytes(r_key.algorithm, r_key.inner_key || p_content)
            )
        );
        foreach v_signature in array p_signatures loop
            v_is_signed := v_is_signed or coalesce(sha256(v_signature) = v_right, false);
        end loop;
    end loop;
    return v_is_signed;
end;
$function$;

comment on function inbound.is_signed(bytea, bytea[], inbound.source_secrets[])
is 'Whether one of the signatures is the HMAC of the content with one of the keys.';
