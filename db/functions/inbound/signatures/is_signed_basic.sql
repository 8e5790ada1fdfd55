create or replace function inbound.is_signed_basic(
    p_headers jsonb,
    p_keys inbound.source_secrets[]
)
returns boolean
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_signed_basic(2)
 *     Verifies the name and the password of a request (RFC 7617). Digests of digests are compared.
 * Parameters:
 *     p_headers  - the request's
 *     p_keys     - the digests of name:password that are valid now
 * Returns:
 *     true or false
 * Calls:  inbound.read_header
 */
declare
    v_given constant text := substring(
        inbound.read_header(p_headers, 'authorization'), '^[Bb][Aa][Ss][Ii][Cc] +([^ ]+)$'
    );
begin
    return v_given ~ '^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
        and exists (
            select 1
            from unnest(p_keys) as k
            where sha256(k.digest) = sha256(sha256(decode(v_given, 'base64')))
        );
end;
$function$;

comment on function inbound.is_signed_basic(jsonb, inbound.source_secrets[])
is 'Verifies the name and the password of a request.';
