create or replace function outbound.tg_payouts__tell_status()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_payouts__tell_status(0)
 *     Tells what has become of a payout. One that was paid and is not any more has been returned,
 *     whatever it is called now.
 * Calls:  outbound.pick_endpoints, outbound.write_moment, outbound.write_messages
 */
declare
    v_type constant text := case
        when old.status = 'PAID' then 'payout.returned'
        else 'payout.' || lower(new.status)
    end;
    v_wanting constant text[] := outbound.pick_endpoints(v_type);
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages(v_type, array[
            jsonb_build_object(
                'payout_id', new.payout_id, 'restaurant_id', new.restaurant_id, 'currency',
                new.currency, 'as_of', new.as_of, 'amount', new.amount, 'status', new.status,
                'previous_status', old.status, 'run_id', new.run_id, 'created_at',
                outbound.write_moment(new.created_at), 'paid_at',
                outbound.write_moment(new.paid_at), 'failed_at',
                outbound.write_moment(new.failed_at), 'canceled_at',
                outbound.write_moment(new.canceled_at), 'failure_code', new.failure_code,
                'failure_reason', new.failure_reason, 'external_id', new.external_id
            )
        ], v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_payouts__tell_status()
is 'Tells what has become of a payout.';
