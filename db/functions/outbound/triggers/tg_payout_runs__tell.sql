create or replace function outbound.tg_payout_runs__tell()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_payout_runs__tell(0)
 *     Tells that a payout run has passed everybody.
 * Calls:  outbound.pick_endpoints, outbound.write_moment, outbound.write_messages
 */
declare
    v_wanting constant text[] := outbound.pick_endpoints('payout_run.completed');
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('payout_run.completed', array[
            jsonb_build_object(
                'run_id', new.run_id, 'currency', new.currency, 'as_of', new.as_of, 'min_amount',
                new.min_amount, 'started_at', outbound.write_moment(new.started_at),
                'finished_at', outbound.write_moment(new.finished_at), 'payouts_created',
                new.payouts_created, 'payouts_amount', new.payouts_amount, 'restaurants_skipped',
                new.restaurants_skipped, 'skipped', new.skipped
            )
        ], v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_payout_runs__tell()
is 'Tells that a payout run has passed everybody.';
