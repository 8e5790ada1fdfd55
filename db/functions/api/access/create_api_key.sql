create or replace function api.create_api_key(
    p_name text,
    p_role text,
    p_restaurant_id text default null,
    p_expires_at timestamptz default null,
    p_actor text default session_user
)
returns table (
    key_id text, name text, role text, restaurant_id text, created_at timestamptz,
    created_by text, expires_at timestamptz, key text
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.create_api_key(5)
 *     Makes a key for somebody who calls the service. The secret is made here, and only its digest
 *     stays: no statement, no log and no table ever has it.
 * Parameters:
 *     p_name           - whose it is, 1 to 128 characters: the actor of what is done with it
 *     p_role           - what it may do: processor, app, operator or reader
 *     p_restaurant_id  - the one restaurant that it may see; such a key reads: its role is reader
 *     p_expires_at     - from when on it is not valid; null: no end
 *     p_actor          - who makes it; by default the login
 * Returns:
 *     one row; key is what the caller sends, and is shown this once
 * Raises:
 *     LBARG  the name or the role is missing
 *     LNRES  the restaurant is not known
 *     LUACT  the actor is no name
 *     LUKBD  a key that is bound to a restaurant has another role than reader
 *     LUKEX  the end is no later than now
 *     LUKNM  the name is not one
 *     LUKRL  there is no such role for keys
 * Calls:  ledger.require_actor, ledger.require_restaurant, ledger.draw_uuid,
 *         access.require_key_facts
 * Writes: access.api_keys
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_key_id constant text := left(replace(ledger.draw_uuid()::text, '-', ''), 16);
    -- Two of them have 244 bits of the server's strong random numbers.
    v_key constant text := format(
        'cuenta_live_%s_%s',
        v_key_id,
        encode(sha256(uuid_send(ledger.draw_uuid()) || uuid_send(ledger.draw_uuid())), 'hex')
    );
begin
    perform access.require_key_facts(p_name, p_role, p_restaurant_id, p_expires_at, v_now);
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;

    return query
    insert into access.api_keys as k
        (key_id, key_digest, name, role, bound_to, created_at, created_by, expires_at)
    values (
        v_key_id, sha256(convert_to(v_key, 'UTF8')), p_name, p_role, p_restaurant_id, v_now,
        v_actor, nullif(p_expires_at, 'infinity')
    )
    returning
        k.key_id, k.name, k.role, k.bound_to, k.created_at, k.created_by, k.expires_at, v_key;
end;
$function$;

comment on function api.create_api_key(text, text, text, timestamptz, text)
is 'Makes a key for somebody who calls the service; shows it once.';
