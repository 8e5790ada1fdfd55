create or replace function api.list_webhook_sources()
returns table (
    source text, scheme text, adapter text, settings jsonb, secrets jsonb, created_at timestamptz,
    changed_at timestamptz, changed_by text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_webhook_sources(0)
 *     The sources of signed webhooks, with the periods of their secrets, and no secret.
 * Returns:
 *     a row a source, by their names
 * Calls:  inbound.name_adapter
 * Reads:  inbound.sources, inbound.source_secrets
 */
    select
        s.source,
        s.scheme,
        inbound.name_adapter(s.source, s.scheme, s.settings),
        s.settings,
        (
            select coalesce(
                jsonb_agg(
                    jsonb_build_object(
                        'secret_no', k.secret_no,
                        'scheme', k.scheme,
                        'valid_from', k.valid_from,
                        'valid_until', k.valid_until,
                        'is_valid',
                        k.valid_from <= now() and (k.valid_until > now()) is not false,
                        'created_at', k.created_at,
                        'created_by', k.created_by
                    )
                    order by k.secret_no
                ),
                '[]'
            )
            from inbound.source_secrets as k
            where k.source = s.source
        ),
        s.created_at,
        s.changed_at,
        s.changed_by
    from inbound.sources as s
    order by s.source;
$function$;

comment on function api.list_webhook_sources()
is 'The sources of signed webhooks, with the periods of their secrets.';
