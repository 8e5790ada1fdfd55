create or replace function api.list_webhook_endpoints()
returns table (
    endpoint_id text, url text, event_types text[], settings jsonb, is_enabled boolean,
    disabled_at timestamptz, disabled_reason text, disabled_by text, failing_since timestamptz,
    old_secret_until timestamptz, created_at timestamptz, changed_at timestamptz, changed_by text
)
language sql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_webhook_endpoints(0)
 *     Who is told what happens, and who is not any more; in the order in which they were made.
 * Returns:
 *     a row an endpoint. disabled_reason: gone (it answered 410), failing (nothing but failures for
 *     five days) or by_hand; failing_since: its first failure since anything was delivered;
 *     old_secret_until: until then messages bear a second signature, with the secret of before
 * Reads:  outbound.endpoints, outbound.endpoint_secrets
 * Locks:  none
 */
select
    e.endpoint_id, e.url, e.event_types, e.settings, e.disabled_at is null as is_enabled,
    e.disabled_at, e.disabled_reason, e.disabled_by, e.failing_since,
    (
        select max(s.valid_until)
        from outbound.endpoint_secrets as s
        where s.endpoint_id = e.endpoint_id
            and s.valid_until > now()
    ) as old_secret_until,
    e.created_at, e.changed_at, e.changed_by
from outbound.endpoints as e
order by e.created_at, e.endpoint_id;
$function$;

comment on function api.list_webhook_endpoints()
is 'Who is told what happens, and who is not any more.';
