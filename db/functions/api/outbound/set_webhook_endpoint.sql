create or replace function api.set_webhook_endpoint(
    p_url text,
    p_event_types text[] default null,
    p_settings jsonb default null,
    p_actor text default null
)
returns table (
    endpoint_id text, url text, event_types text[], settings jsonb, is_enabled boolean,
    created_at timestamptz, changed_at timestamptz, changed_by text, secret text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_webhook_endpoint(4)
 *     Makes an endpoint that is told what happens, or changes what it wants and how it is reached.
 * Parameters:
 *     p_url          - where messages are posted to; an endpoint is known by it
 *     p_event_types  - types of message, * for all, empty for none; null leaves them as they are, a
 *                      new endpoint gets all
 *     p_settings     - allow_http, allowed_hosts, description, max_in_flight; replaced as a whole.
 *                      Null leaves them as they are
 *     p_actor        - who does it; null: the login
 * Returns:
 *     the endpoint. secret: what its messages are signed with, answered when it is made and never
 *     again
 * Raises:
 *     LBARG  the url is missing
 *     LUACT  the actor is no name
 *     LUEPS  a setting is not valid
 *     LUMTY  one is not a type of message
 *     LUURL  it is no https url
 * Calls:  ledger.require_actor, ledger.draw_uuid, outbound.require_message_types,
 *         outbound.require_endpoint_settings, outbound.require_endpoint_url, outbound.write_secret
 * Writes: outbound.endpoints
 * Locks:  the endpoint
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_types constant text[] := outbound.require_message_types(p_event_types);
    v_settings jsonb := outbound.require_endpoint_settings(p_settings);
    v_endpoint outbound.endpoints;
    v_secret text;
begin
    loop
        select e.*
        into v_endpoint
        from outbound.endpoints as e
        where e.url = p_url
        for no key update;
        v_settings := coalesce(v_settings, v_endpoint.settings, '{}');
        perform outbound.require_endpoint_url(
            p_url, coalesce((v_settings -> 'allow_http')::boolean, false)
        );
        if v_endpoint.endpoint_id is not null then
            update outbound.endpoints as e
            set
                event_types = coalesce(v_types, e.event_types),
                settings = v_settings,
                changed_at = v_now,
                changed_by = v_actor
            where e.endpoint_id = v_endpoint.endpoint_id
            returning e.* into v_endpoint;
            exit;
        end if;
        insert into outbound.endpoints (
            created_at, changed_at, endpoint_id, url, changed_by, event_types, settings
        )
        values (
            v_now, v_now, 'we_' || replace(ledger.draw_uuid()::text, '-', ''), p_url, v_actor,
            coalesce(v_types, '{*}'), v_settings
        )
        on conflict on constraint endpoints_url_key do nothing
        returning * into v_endpoint;
        if found then
            v_secret := outbound.write_secret(v_endpoint.endpoint_id, v_now);
            exit;
        end if;
    end loop;
    return query
    select
        v_endpoint.endpoint_id, v_endpoint.url, v_endpoint.event_types, v_endpoint.settings,
        v_endpoint.disabled_at is null, v_endpoint.created_at, v_endpoint.changed_at,
        v_endpoint.changed_by, v_secret;
end;
$function$;

comment on function api.set_webhook_endpoint(text, text[], jsonb, text)
is 'Makes an endpoint that is told what happens, or changes it.';
