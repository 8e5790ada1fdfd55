create or replace function outbound.require_endpoint_settings(p_settings jsonb)
returns jsonb
language plpgsql
immutable
as $function$
/*
 * Function: outbound.require_endpoint_settings(1)
 *     Checks the settings of an endpoint.
 * Parameters:
 *     p_settings  - an object of allow_http (boolean), allowed_hosts (up to 20 names or addresses
 *                   that may be private ones), description (up to 200 characters), max_in_flight
 *                   (1 to 32); null: null
 * Returns:
 *     p_settings
 * Raises:
 *     LUEPS  it is not
 */
declare
    v_field text;
begin
    if jsonb_typeof(p_settings) <> 'object' then
        v_field := 'settings';
    elsif p_settings is not null then
        select m.key
        into v_field
        from jsonb_each(p_settings) as m (key, value)
        where case m.key
                when 'allow_http' then jsonb_typeof(m.value) = 'boolean'
                when 'description'
                    then jsonb_typeof(m.value) = 'string' and length(m.value #>> '{}') <= 200
                when 'max_in_flight'
                    then m.value = any(array(
                        select to_jsonb(g.n)
                        from generate_series(1, 32) as g (n)
                    ))
                when 'allowed_hosts'
                    then jsonb_typeof(m.value) = 'array'
                    and jsonb_array_length(m.value) <= 20
                    and not exists (
                        select
                        from jsonb_array_elements(m.value) as h (host)
                        where jsonb_typeof(h.host) <> 'string'
                            or (h.host #>> '{}') !~ '^[A-Za-z0-9_.:-]{1,253}$'
                    )
                else false
            end is not true
        order by m.key
        limit 1;
    end if;
    if v_field is not null then
        raise exception 'setting % of an endpoint is not valid', left(v_field, 64)
            using errcode = 'LUEPS', constraint = 'ENDPOINT_SETTINGS_INVALID',
                detail = format('field=%s', left(v_field, 64)),
                hint = 'They are allow_http, allowed_hosts, description and max_in_flight.';
    end if;
    return p_settings;
end;
$function$;

comment on function outbound.require_endpoint_settings(jsonb)
is 'Checks the settings of an endpoint.';
