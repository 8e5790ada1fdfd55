create or replace function outbound.tg_payouts__tell_created()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_payouts__tell_created(0)
 *     Tells that payouts were created.
 * Calls:  outbound.pick_endpoints, outbound.write_moment, outbound.write_messages
 */
declare
    v_wanting constant text[] := outbound.pick_endpoints('payout.created');
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('payout.created', array(
            select
                jsonb_build_object(
                    'payout_id', w.payout_id, 'restaurant_id', w.restaurant_id, 'currency',
                    w.currency, 'as_of', w.as_of, 'amount', w.amount, 'status', w.status, 'run_id',
                    w.run_id, 'created_at', outbound.write_moment(w.created_at)
                )
            from written as w
        ), v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_payouts__tell_created()
is 'Tells that payouts were created.';
