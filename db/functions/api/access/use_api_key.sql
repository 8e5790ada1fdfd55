create or replace function api.use_api_key(p_key_digest bytea)
returns table (
    has_keys boolean, key_id text, name text, role text, restaurant_id text,
    seconds_left double precision, is_servable boolean
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.use_api_key(1)
 *     Who shows this key. For the service, which asks every few seconds and not for each request;
 *     the key itself never reaches the database.
 * Parameters:
 *     p_key_digest  - SHA-256 of the whole key; null: none was shown
 * Returns:
 *     one row. has_keys: whether there is or was any key at all. The rest is null unless the key is
 *     valid; seconds_left: until it is not, null: no end; is_servable: whether the login may act as
 *     the key's role
 * Calls:  access.find_key
 * Reads:  access.api_keys
 * Writes: access.api_keys (last_used_at, once in ten minutes)
 * Locks:  the key's row then, unless somebody has it
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_key constant access.api_keys := access.find_key(p_key_digest, v_now);
    v_acts_as text;
begin
    if v_key.last_used_at > v_now - interval '10 minutes' is not true
        and v_key.key_id is not null
        and current_setting('transaction_read_only') = 'off'
    then
        update access.api_keys as k
        set last_used_at = v_now
        where k.key_id = (
                select u.key_id
                from access.api_keys as u
                where u.key_id = v_key.key_id
                for no key update skip locked
            );
    end if;

    v_acts_as := case when v_key.bound_to is null then 'cuenta_' || v_key.role
        when v_key.key_id is not null then 'cuenta_restaurant' end;
    return query
    select
        exists (select from access.api_keys as k), v_key.key_id, v_key.name, v_key.role,
        v_key.bound_to, extract(epoch from v_key.expires_at - v_now)::double precision,
        pg_has_role(session_user, v_acts_as, 'MEMBER');
end;
$function$;

comment on function api.use_api_key(bytea)
is 'Who shows this key: for the service.';
