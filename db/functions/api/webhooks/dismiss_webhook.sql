create or replace function api.dismiss_webhook(
    p_webhook_no bigint,
    p_reason text,
    p_actor text default null
)
returns table (
    webhook_no bigint, source text, outcome text, code text, dismissed_at timestamptz,
    dismissed_by text, reason text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.dismiss_webhook(3)
 *     Closes a webhook that became no event: a person has seen to it. Received again later, it is
 *     open again.
 * Parameters:
 *     p_webhook_no  - its number
 *     p_reason      - what was done about it, or why nothing
 *     p_actor       - who does it; null: the login
 * Returns:
 *     the webhook; done again, it answers as the first time
 * Raises:
 *     LBARG  an argument is missing
 *     LNWHK  no such webhook is kept
 *     LUACT  the actor is no name
 *     LURSN  the reason is empty or too long
 * Calls:  ledger.require_actor, inbound.require_kept_webhook, ledger.require_reason
 * Writes: inbound.kept_webhooks
 * Locks:  the webhook
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
begin
    perform inbound.require_kept_webhook(p_webhook_no);
    perform ledger.require_reason(p_reason);
    update inbound.kept_webhooks as k
    set dismissed_at = clock_timestamp(), dismissed_by = v_actor, reason = p_reason
    where k.webhook_no = p_webhook_no and k.dismissed_at is null;
    return query
    select
        k.webhook_no, k.source, k.outcome, k.code, k.dismissed_at, k.dismissed_by, k.reason
    from inbound.kept_webhooks as k
    where k.webhook_no = p_webhook_no;
end;
$function$;

comment on function api.dismiss_webhook(bigint, text, text)
is 'Closes a webhook that became no event: a person has seen to it.';
