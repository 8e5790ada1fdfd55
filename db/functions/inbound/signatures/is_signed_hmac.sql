create or replace function inbound.is_signed_hmac(
    p_settings jsonb,
    p_headers jsonb,
    p_body bytea,
    p_keys inbound.source_secrets[],
    p_now timestamptz
)
returns boolean
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_signed_hmac(5)
 *     Verifies a webhook whose header is the HMAC of its body; with a header for the time, of the
 *     time and the body with a full stop between.
 * Parameters:
 *     p_settings  - the source's: header, encoding, prefix, timestamp_header
 *     p_headers   - the request's
 *     p_body      - the bytes
 *     p_keys      - the keys that are valid now
 *     p_now       - the clock
 * Returns:
 *     true or false
 * Calls:  inbound.read_header, inbound.is_in_time, inbound.is_signed
 */
declare
    v_prefix constant text := coalesce(p_settings ->> 'prefix', '');
    v_given text := inbound.read_header(
        p_headers, lower(coalesce(p_settings ->> 'header', 'x-signature'))
    );
    v_made_at constant text := inbound.read_header(
        p_headers, lower(p_settings ->> 'timestamp_header')
    );
    v_signature bytea;
begin
    if starts_with(v_given, v_prefix) then
        v_given := substr(v_given, length(v_prefix) + 1);
        v_signature := case
            when length(v_given) > 256 then null
            when coalesce(p_settings ->> 'encoding', 'hex') = 'hex' then
                case when v_given ~ '^([0-9A-Fa-f]{2})+$' then decode(v_given, 'hex') end
            when v_given ~ '^([A-Za-z0-9+/]{4})+([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$'
                then decode(v_given, 'base64')
        end;
    end if;
    if v_signature is null then
        return false;
    elsif not p_settings ? 'timestamp_header' then
        return inbound.is_signed(p_body, array[v_signature], p_keys);
    end if;
    return inbound.is_in_time(v_made_at, p_now)
        and inbound.is_signed(
            convert_to(v_made_at || '.', 'UTF8') || p_body, array[v_signature], p_keys
        );
end;
$function$;

comment on function inbound.is_signed_hmac(
    jsonb, jsonb, bytea, inbound.source_secrets[], timestamptz
)
is 'Verifies a webhook whose header is the HMAC of its body.';
