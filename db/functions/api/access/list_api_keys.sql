create or replace function api.list_api_keys(
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    key_id text, name text, role text, restaurant_id text, status text, created_at timestamptz,
    created_by text, expires_at timestamptz, last_used_at timestamptz, revoked_at timestamptz,
    revoked_by text, cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_api_keys(2)
 *     The keys that there are and were, the newest first.
 * Parameters:
 *     p_limit   - the most rows, 1 to 500
 *     p_cursor  - continue after the row that had this cursor
 * Returns:
 *     a row a key, without its secret, which nobody has; status is active, expired or revoked;
 *     last_used_at is right to ten minutes or so
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.write_cursor
 * Reads:  access.api_keys
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_before constant bigint := ledger.read_cursor(p_cursor, '^[1-9][0-9]{0,17}$')::bigint;
begin
    return query
    select
        k.key_id,
        k.name,
        k.role,
        k.bound_to,
        case
            when k.revoked_at is not null then 'revoked'
            when k.expires_at <= clock_timestamp() then 'expired'
            else 'active'
        end,
        k.created_at,
        k.created_by,
        k.expires_at,
        k.last_used_at,
        k.revoked_at,
        k.revoked_by,
        ledger.write_cursor(k.key_no::text)
    from access.api_keys as k
    where v_before is null or k.key_no < v_before
    order by k.key_no desc
    limit v_limit;
end;
$function$;

comment on function api.list_api_keys(integer, text)
is 'The keys that there are and were, the newest first.';
