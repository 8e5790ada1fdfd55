create or replace function inbound.is_signed_stripe(
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
 * Function: inbound.is_signed_stripe(4)
 *     Verifies a webhook of Stripe: the time and the body, with a full stop between, are signed.
 * Parameters:
 *     p_headers  - the request's
 *     p_body     - the bytes
 *     p_keys     - the keys that are valid now
 *     p_now      - the clock
 * Returns:
 *     true or false
 * Calls:  inbound.read_header, inbound.read_signature_list, inbound.is_in_time, inbound.is_signed
 */
declare
    v_list record;
begin
    v_list := inbound.read_signature_list(
        inbound.read_header(p_headers, 'stripe-signature'), 't'
    );
    return v_list.made_at ~ '^[0-9]{1,12}$'
        and inbound.is_in_time(v_list.made_at, p_now)
        and inbound.is_signed(
            convert_to(v_list.made_at || '.', 'UTF8') || p_body, v_list.signatures, p_keys
        );
end;
$function$;

comment on function inbound.is_signed_stripe(jsonb, bytea, inbound.source_secrets[], timestamptz)
is 'Verifies a webhook of Stripe.';
