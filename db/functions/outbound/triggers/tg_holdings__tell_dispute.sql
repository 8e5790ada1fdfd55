create or replace function outbound.tg_holdings__tell_dispute()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_holdings__tell_dispute(0)
 *     Tells that a dispute was opened.
 * Calls:  outbound.pick_endpoints, outbound.describe_dispute, outbound.write_messages
 */
declare
    v_wanting constant text[] := outbound.pick_endpoints('dispute.opened');
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('dispute.opened', array[
            outbound.describe_dispute(new.restaurant_id, new.event_no, 'OPEN')
        ], v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_holdings__tell_dispute()
is 'Tells that a dispute was opened.';
