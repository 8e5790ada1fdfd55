create or replace function inbound.is_signed_standard(
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
 * Function: inbound.is_signed_standard(4)
 *     Verifies a webhook by the specification Standard Webhooks: id.timestamp.body is signed, and
 *     one of the signatures v1,<base64> of the header, with blanks between, has to be right. An id
 *     without braces and quotes cannot be mistaken for the beginning of a body.
 * Parameters:
 *     p_headers  - the request's
 *     p_body     - the bytes
 *     p_keys     - the keys that are valid now
 *     p_now      - the clock
 * Returns:
 *     true or false
 * Calls:  inbound.read_header, inbound.is_in_time, inbound.is_signed
 */
declare
    v_id constant text := inbound.read_header(p_headers, 'webhook-id');
    v_made_at constant text := inbound.read_header(p_headers, 'webhook-timestamp');
begin
    return v_id ~ '^[A-Za-z0-9._:/+=@-]{1,255}$'
        and v_made_at ~ '^[0-9]{1,12}$'
        and inbound.is_in_time(v_made_at, p_now)
        and inbound.is_signed(
            convert_to(v_id || '.' || v_made_at || '.', 'UTF8') || p_body,
            array(
                select decode(substr(s.signature, 4), 'base64')
                from string_to_table(
                    inbound.read_header(p_headers, 'webhook-signature'), ' '
                ) as s (signature)
                where s.signature ~ '^v1,[A-Za-z0-9+/]{43}=$'
            ),
            p_keys
        );
end;
$function$;

comment on function inbound.is_signed_standard(
    jsonb, bytea, inbound.source_secrets[], timestamptz
)
is 'Verifies a webhook by the specification Standard Webhooks.';
