create or replace function api.add_webhook_secret(
    p_source text,
    p_secret text,
    p_valid_from timestamptz default null,
    p_valid_until timestamptz default null,
    p_actor text default null
)
returns table (
    source text, secret_no bigint, valid_from timestamptz, valid_until timestamptz,
    created_at timestamptz, created_by text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.add_webhook_secret(5)
 *     Gives a source a secret beside those it has; rotation is two that overlap. One that it has
 *     already gets this period instead of its own: that is how a secret is ended. The secret itself
 *     is not kept, nor told again: what verifying needs is. Who did it is.
 * Parameters:
 *     p_source       - the source
 *     p_secret       - standard: whsec_ and base64. adyen: hexadecimal, as the Customer Area shows
 *                      it; name:password with the setting basic. basic: name:password. hmac: as the
 *                      setting key_encoding says. stripe, mercadopago: as it is shown
 *     p_valid_from   - since when it verifies; null: now, or as before
 *     p_valid_until  - until when; null: for ever
 *     p_actor        - who does it; null: the login
 * Returns:
 *     the secret's number and period
 * Raises:
 *     LBARG  an argument is missing
 *     LNWHS  there is no such source
 *     LUACT  the actor is no name
 *     LUWPE  it ends before it begins
 *     LUWSE  the secret is not written as its scheme wants it, or shorter than 8 bytes
 * Calls:  ledger.require_actor, ledger.record_changes, inbound.require_source, inbound.read_secret,
 *         inbound.pad_key
 * Writes: inbound.source_secrets
 * Locks:  the secret
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
    v_now constant timestamptz := clock_timestamp();
    v_source constant inbound.sources := inbound.require_source(p_source);
    v_scheme constant text := case
        when v_source.settings -> 'basic' = 'true' and position(':' in p_secret) > 0 then 'basic'
        else v_source.scheme
    end;
    v_algorithm constant text := case
        when v_scheme = 'hmac' then coalesce(v_source.settings ->> 'algorithm', 'sha256')
        else 'sha256'
    end;
    v_key constant bytea := inbound.read_secret(v_scheme, v_source.settings, p_secret);
    v_secret inbound.source_secrets;
begin
    if p_secret is null then
        raise exception 'secret is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=secret';
    elsif v_key is null then
        raise exception 'this is no secret of the scheme %, or one of fewer than 8 bytes', v_scheme
            using errcode = 'LUWSE', constraint = 'WEBHOOK_SECRET_INVALID',
                detail = format('scheme=%s', v_scheme),
                hint = 'standard: whsec_ and base64. adyen: hexadecimal. basic: name:password.';
    elsif p_valid_until <= coalesce(p_valid_from, '-infinity') then
        raise exception 'a secret ends after it begins'
            using errcode = 'LUWPE', constraint = 'WEBHOOK_SECRET_PERIOD_INVALID',
                detail = format('valid_from=%s, valid_until=%s', p_valid_from, p_valid_until);
    end if;

    insert into inbound.source_secrets as k (
        created_at, valid_from, valid_until, source, scheme, algorithm, created_by, digest,
        inner_key, outer_key
    )
    values (
        v_now,
        coalesce(p_valid_from, least(v_now, p_valid_until - interval '1 microsecond')),
        p_valid_until,
        p_source,
        v_scheme,
        v_algorithm,
        v_actor,
        sha256(v_key),
        case when v_scheme <> 'basic' then inbound.pad_key(v_key, v_algorithm, 54) end,
        case when v_scheme <> 'basic' then inbound.pad_key(v_key, v_algorithm, 92) end
    )
    on conflict on constraint source_secrets_digest_key do update set
        valid_from = coalesce(
            p_valid_from, least(k.valid_from, p_valid_until - interval '1 microsecond')
        ),
        valid_until = p_valid_until
    returning * into v_secret;
    perform ledger.record_changes(
        '',
        '{}',
        jsonb_build_object(
            'webhook_secret ' || p_source,
            jsonb_build_object(
                'secret_no', v_secret.secret_no, 'valid_from', v_secret.valid_from,
                'valid_until', v_secret.valid_until
            )
        ),
        v_actor,
        v_now
    );
    return query
    select
        v_secret.source, v_secret.secret_no, v_secret.valid_from, v_secret.valid_until,
        v_secret.created_at, v_secret.created_by;
end;
$function$;

comment on function api.add_webhook_secret(text, text, timestamptz, timestamptz, text)
is 'Gives a source a secret beside those it has, or a secret that it has another period.';
