create or replace function outbound.write_secret(p_endpoint_id text, p_now timestamptz)
returns text
language plpgsql
volatile
as $function$
/*
 * Function: outbound.write_secret(2)
 *     Gives an endpoint a new secret.
 * Parameters:
 *     p_endpoint_id  - the endpoint
 *     p_now          - the clock
 * Returns:
 *     the secret: whsec_ and 32 bytes in base64, of 244 random bits
 * Calls:  ledger.draw_uuid
 * Writes: outbound.endpoint_secrets
 */
declare
    v_secret constant text := 'whsec_' || encode(
        sha256(uuid_send(ledger.draw_uuid()) || uuid_send(ledger.draw_uuid())), 'base64'
    );
begin
    insert into outbound.endpoint_secrets (created_at, endpoint_id, secret)
    values (p_now, p_endpoint_id, v_secret);
    return v_secret;
end;
$function$;

comment on function outbound.write_secret(text, timestamptz)
is 'Gives an endpoint a new secret.';
