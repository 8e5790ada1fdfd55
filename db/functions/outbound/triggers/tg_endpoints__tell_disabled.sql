create or replace function outbound.tg_endpoints__tell_disabled()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_endpoints__tell_disabled(0)
 *     Tells the other endpoints that one was disabled.
 * Calls:  outbound.pick_endpoints, outbound.write_moment, outbound.write_messages
 */
declare
    v_wanting constant text[] := array_remove(
        outbound.pick_endpoints('endpoint.disabled'), new.endpoint_id
    );
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('endpoint.disabled', array[
            jsonb_build_object(
                'endpoint_id', new.endpoint_id, 'host', substring(new.url from '://([^/?]+)'),
                'reason', new.disabled_reason, 'disabled_by', new.disabled_by, 'disabled_at',
                outbound.write_moment(new.disabled_at), 'failing_since',
                outbound.write_moment(new.failing_since)
            )
        ], v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_endpoints__tell_disabled()
is 'Tells the other endpoints that one was disabled.';
