create or replace function api.revoke_api_key(
    p_key_id text,
    p_actor text default session_user
)
returns table (
    key_id text, name text, role text, restaurant_id text, created_at timestamptz,
    created_by text, expires_at timestamptz, revoked_at timestamptz, revoked_by text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.revoke_api_key(2)
 *     Takes a key back, for good. Every process of the service has forgotten it after five seconds.
 *     Again it changes nothing.
 * Parameters:
 *     p_key_id  - the part of the key that is no secret
 *     p_actor   - who takes it back; by default the login
 * Returns:
 *     the key as it is now
 * Raises:
 *     LBARG  the key is not named
 *     LNAPK  there is no such key
 *     LUACT  the actor is no name
 * Calls:  ledger.require_actor
 * Writes: access.api_keys
 * Locks:  the key's row
 */
declare
    v_actor constant text := ledger.require_actor(p_actor);
begin
    if p_key_id is null then
        raise exception 'key_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=key_id';
    end if;

    return query
    update access.api_keys as k
    set
        revoked_at = coalesce(k.revoked_at, clock_timestamp()),
        revoked_by = coalesce(k.revoked_by, v_actor)
    where k.key_id = p_key_id
    returning
        k.key_id, k.name, k.role, k.bound_to, k.created_at, k.created_by, k.expires_at,
        k.revoked_at, k.revoked_by;
    if not found then
        -- Somebody may have taken the whole key for its id: it is not said back.
        raise exception 'there is no such key'
            using errcode = 'LNAPK', constraint = 'API_KEY_NOT_FOUND',
                hint = 'The id is the part between cuenta_live_ and the last underscore.';
    end if;
end;
$function$;

comment on function api.revoke_api_key(text, text)
is 'Takes a key back, for good.';
