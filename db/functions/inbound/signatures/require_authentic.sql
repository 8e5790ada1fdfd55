create or replace function inbound.require_authentic(
    p_source text,
    p_headers jsonb,
    p_query jsonb,
    p_body bytea,
    p_now timestamptz
)
returns inbound.sources
language plpgsql
volatile
as $function$
/*
 * Function: inbound.require_authentic(5)
 *     The source of a webhook, if it is signed as the source signs. Whatever is wrong, the answer
 *     is the same, and all that is left of it is a count.
 * Parameters:
 *     p_source   - its name
 *     p_headers  - the request's
 *     p_query    - the parameters of its address
 *     p_body     - the bytes
 *     p_now      - the clock
 * Returns:
 *     the source
 * Raises:
 *     LAKEY  there is no such source, it is disabled, it has no secret that is valid now, or
 *            something about the signature is not right
 * Calls:  inbound.is_signed_standard, inbound.is_signed_stripe, inbound.is_signed_mercadopago,
 *         inbound.is_signed_hmac, inbound.is_signed_basic, inbound.is_signed_adyen,
 *         inbound.read_body
 * Reads:  inbound.sources, inbound.source_secrets
 * Writes: inbound.refused_webhooks_seq
 */
declare
    v_source inbound.sources;
    v_keys inbound.source_secrets[];
    v_passwords inbound.source_secrets[];
    v_is_authentic boolean;
begin
    select s.*
    into v_source
    from inbound.sources as s
    where s.source = p_source and s.settings -> 'enabled' is distinct from 'false';
    select
        array_agg(k) filter (where k.inner_key is not null),
        array_agg(k) filter (where k.inner_key is null)
    into v_keys, v_passwords
    from inbound.source_secrets as k
    where k.source = v_source.source
        and (
            k.scheme = 'basic'
            or (
                k.scheme = v_source.scheme
                and k.algorithm = coalesce(v_source.settings ->> 'algorithm', 'sha256')
            )
        )
        and k.valid_from <= p_now
        and (k.valid_until is null or k.valid_until > p_now);

    v_is_authentic := p_body is not null
        and (
            (v_source.scheme <> 'basic' and v_source.settings -> 'basic' is distinct from 'true')
            or inbound.is_signed_basic(p_headers, v_passwords)
        )
        and case v_source.scheme
            when 'standard'
                then inbound.is_signed_standard(p_headers, p_body, v_keys, p_now)
            when 'stripe' then inbound.is_signed_stripe(p_headers, p_body, v_keys, p_now)
            when 'mercadopago'
                then inbound.is_signed_mercadopago(p_headers, p_query, v_keys, p_now)
            when 'hmac'
                then inbound.is_signed_hmac(
                    v_source.settings, p_headers, p_body, v_keys, p_now
                )
            -- It signs fields, so they have to be read first; without a key nothing is, nor what
            -- has 5,000 objects and arrays: whoever wants to may send it, and it takes its time.
            when 'adyen'
                then v_keys is not null
                    and length(encode(p_body, 'escape'))
                    - length(translate(encode(p_body, 'escape'), '[{', '')) < 5000
                    and inbound.is_signed_adyen(inbound.read_body(p_body), v_keys)
            when 'basic' then true
        end;
    if v_is_authentic is not true then
        perform nextval('inbound.refused_webhooks_seq');
        raise exception 'this is not signed as it must be'
            using errcode = 'LAKEY', constraint = 'UNAUTHENTICATED';
    end if;
    return v_source;
end;
$function$;

comment on function inbound.require_authentic(text, jsonb, jsonb, bytea, timestamptz)
is 'The source of a webhook, if it is signed as the source signs.';
