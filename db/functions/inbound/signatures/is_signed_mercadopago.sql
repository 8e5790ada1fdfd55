create or replace function inbound.is_signed_mercadopago(
    p_headers jsonb,
    p_query jsonb,
    p_keys inbound.source_secrets[],
    p_now timestamptz
)
returns boolean
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_signed_mercadopago(4)
 *     Verifies a webhook of Mercado Pago: id:<data.id>;request-id:<x-request-id>;ts:<ts>; is
 *     signed, without the request's id if it has none. The body is not: what it says is not known
 *     to be the sender's. The id is signed in small letters, says the documentation; as it stands
 *     in the query it is taken, too.
 * Parameters:
 *     p_headers  - the request's
 *     p_query    - the parameters of its address, of which data.id is the one that is signed
 *     p_keys     - the keys that are valid now
 *     p_now      - the clock
 * Returns:
 *     true or false
 * Calls:  inbound.read_header, inbound.read_signature_list, inbound.is_in_time, inbound.is_signed
 */
declare
    v_id constant text := inbound.read_header(p_query, 'data.id');
    v_request constant text := inbound.read_header(p_headers, 'x-request-id');
    v_list record;
    v_rest bytea;
begin
    v_list := inbound.read_signature_list(inbound.read_header(p_headers, 'x-signature'), 'ts');
    -- A semicolon in an id would make one manifest stand for two requests.
    if (
        v_id ~ '^[A-Za-z0-9_-]{1,128}$'
        and coalesce(v_request ~ '^[A-Za-z0-9._:/+=@-]{1,255}$', true)
        and inbound.is_in_time(v_list.made_at, p_now)
    ) is not true then
        return false;
    end if;
    v_rest := convert_to(
        coalesce(';request-id:' || v_request, '') || ';ts:' || v_list.made_at || ';', 'UTF8'
    );
    return inbound.is_signed(
            convert_to('id:' || lower(v_id), 'UTF8') || v_rest, v_list.signatures, p_keys
        )
        or inbound.is_signed(
            convert_to('id:' || v_id, 'UTF8') || v_rest, v_list.signatures, p_keys
        );
end;
$function$;

comment on function inbound.is_signed_mercadopago(
    jsonb, jsonb, inbound.source_secrets[], timestamptz
)
is 'Verifies a webhook of Mercado Pago, whose body is not signed.';
