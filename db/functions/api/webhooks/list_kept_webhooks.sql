create or replace function api.list_kept_webhooks(
    p_source text default null,
    p_is_open boolean default true,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    webhook_no bigint, source text, item_no integer, outcome text, kind text, code text,
    message text, body text, deliveries integer, received_at timestamptz,
    last_received_at timestamptz, is_open boolean, dismissed_at timestamptz, dismissed_by text,
    reason text, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: api.list_kept_webhooks(4)
 *     Signed webhooks that were answered with success and became no event, the newest first.
 * Parameters:
 *     p_source   - only this source's
 *     p_is_open  - only those that nobody has dismissed, or that somebody has; null: both
 *     p_limit    - the most rows, 1 to 500
 *     p_cursor   - continue after the row that had this cursor
 * Returns:
 *     a row an item; of its body the first 10,000 bytes, those that are no ASCII escaped
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.write_cursor
 * Reads:  inbound.kept_webhooks
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
begin
    return query
    select
        k.webhook_no,
        k.source,
        k.item_no,
        k.outcome,
        k.kind,
        k.code,
        k.message,
        encode(substr(k.body, 1, 10000), 'escape'),
        k.deliveries,
        k.received_at,
        k.last_received_at,
        k.dismissed_at is null,
        k.dismissed_at,
        k.dismissed_by,
        k.reason,
        ledger.write_cursor(k.webhook_no::text)
    from inbound.kept_webhooks as k
    where (p_source is null or k.source = p_source)
        and (p_is_open is null or (k.dismissed_at is null) = p_is_open)
        and (v_after is null or k.webhook_no < v_after)
    order by k.webhook_no desc
    limit v_limit;
end;
$function$;

comment on function api.list_kept_webhooks(text, boolean, integer, text)
is 'Signed webhooks that became no event, the newest first.';
