create or replace function api.set_webhook_source(
    p_source text,
    p_scheme text,
    p_settings jsonb default '{}',
    p_actor text default null
)
returns table (
    source text, scheme text, adapter text, settings jsonb, created_at timestamptz,
    changed_at timestamptz, changed_by text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_webhook_source(4)
 *     Makes a source of signed webhooks, or changes it. Who changed what is kept. Secrets are of
 *     the scheme that they were given for.
 * Parameters:
 *     p_source    - its name: the end of the path it posts to
 *     p_scheme    - standard, stripe, adyen, mercadopago, hmac or basic
 *     p_settings  - all of its settings, an object; see docs/webhooks-in.md
 *     p_actor     - who does it; null: the login
 * Returns:
 *     the source as it is now
 * Raises:
 *     LBARG  an argument is missing
 *     LUACT  the actor is no name
 *     LUWHS  there is no such scheme
 *     LUWST  something is wrong with the settings
 *     LUWSR  it is not a source's name
 * Calls:  ledger.require_actor, ledger.record_changes, inbound.find_source_fault,
 *         inbound.name_adapter
 * Writes: inbound.sources
 * Locks:  the source
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
    v_now constant timestamptz := clock_timestamp();
    v_fault constant text := inbound.find_source_fault(p_scheme, p_settings);
    v_before jsonb;
begin
    if p_source is null or p_scheme is null then
        raise exception '% is missing', case when p_source is null then 'source' else 'scheme' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=' || case when p_source is null then 'source' else 'scheme' end;
    elsif p_source !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$' or p_source = 'operator' then
        raise exception 'a source''s name is 1 to 64 letters, digits, . _ -, and not operator'
            using errcode = 'LUWSR', constraint = 'WEBHOOK_SOURCE_INVALID',
                detail = format('source=%s', left(p_source, 64));
    elsif p_scheme not in ('standard', 'stripe', 'adyen', 'mercadopago', 'hmac', 'basic') then
        raise exception 'scheme is standard, stripe, adyen, mercadopago, hmac or basic'
            using errcode = 'LUWHS', constraint = 'WEBHOOK_SCHEME_INVALID',
                detail = format('scheme=%s', left(p_scheme, 64));
    elsif v_fault is not null then
        raise exception '%', v_fault
            using errcode = 'LUWST', constraint = 'WEBHOOK_SETTINGS_INVALID',
                detail = 'field=settings';
    end if;

    insert into inbound.sources (created_at, changed_at, source, scheme, changed_by, settings)
    values (v_now, v_now, p_source, p_scheme, v_actor, p_settings)
    on conflict on constraint sources_pkey do nothing;
    if not found then
        select jsonb_build_object('scheme', s.scheme, 'settings', s.settings)
        into v_before
        from inbound.sources as s
        where s.source = p_source
        for no key update;
        update inbound.sources as s
        set scheme = p_scheme, settings = p_settings, changed_at = v_now, changed_by = v_actor
        where s.source = p_source
            and (s.scheme, s.settings) is distinct from (p_scheme, p_settings);
    end if;
    perform ledger.record_changes(
        '',
        jsonb_strip_nulls(jsonb_build_object('webhook_source ' || p_source, v_before)),
        jsonb_build_object(
            'webhook_source ' || p_source,
            jsonb_build_object('scheme', p_scheme, 'settings', p_settings)
        ),
        v_actor,
        v_now
    );

    return query
    select
        s.source, s.scheme, inbound.name_adapter(s.source, s.scheme, s.settings), s.settings,
        s.created_at, s.changed_at, s.changed_by
    from inbound.sources as s
    where s.source = p_source;
end;
$function$;

comment on function api.set_webhook_source(text, text, jsonb, text)
is 'Makes a source of signed webhooks, or changes it.';
