create or replace function api.list_setting_changes(
    p_restaurant_id text default null,
    p_limit integer default 50,
    p_cursor text default null
)
returns table (
    changed_at timestamptz,
    changed_by text,
    old_settings jsonb,
    new_settings jsonb,
    cursor text
)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.list_setting_changes(3)
 *     Who changed a restaurant's settings, when, and from what to what; the newest first.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant; null: the platform's own settings
 *     p_limit          - the most rows, 1 to 500
 *     p_cursor         - continue after the row that had this cursor
 * Returns:
 *     a row a change, with the settings that it changed and no others. Where old_settings are empty
 *     it registered the restaurant; one that an event registered has no such row
 * Raises:
 *     LBLIM  the limit is out of range
 *     LBCUR  the cursor is not one of this list
 *     LNRES  the restaurant is not known
 * Calls:  ledger.require_limit, ledger.read_cursor, ledger.require_restaurant,
 *         ledger.write_cursor
 * Reads:  ledger.setting_changes
 * Locks:  none
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant bigint := ledger.read_cursor(p_cursor, '^[0-9]{1,18}$')::bigint;
begin
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    return query
    select
        c.changed_at,
        c.changed_by,
        c.old_settings,
        c.new_settings,
        ledger.write_cursor(c.change_no::text)
    from ledger.setting_changes as c
    where c.restaurant_id = coalesce(p_restaurant_id, '')
        and (v_after is null or c.change_no < v_after)
    order by c.change_no desc
    limit v_limit;
end;
$function$;

comment on function api.list_setting_changes(text, integer, text)
is 'Who changed a restaurant''s settings, when, and from what to what.';
