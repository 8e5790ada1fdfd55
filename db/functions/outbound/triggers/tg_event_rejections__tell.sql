create or replace function outbound.tg_event_rejections__tell()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_event_rejections__tell(0)
 *     Tells that an event was refused, or contradicts what is known.
 * Calls:  outbound.pick_endpoints, outbound.write_moment, outbound.write_messages
 */
declare
    v_wanting constant text[] := outbound.pick_endpoints('event.rejected');
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('event.rejected', array[
            jsonb_build_object(
                'event_id', new.event_id, 'provider', new.provider, 'restaurant_id',
                nullif(new.restaurant_id, ''), 'status', new.status, 'code', new.code, 'message',
                new.message, 'details', new.details, 'received_at',
                outbound.write_moment(new.received_at), 'rejection_no', new.rejection_no
            )
        ], v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_event_rejections__tell()
is 'Tells that an event was refused, or contradicts what is known.';
