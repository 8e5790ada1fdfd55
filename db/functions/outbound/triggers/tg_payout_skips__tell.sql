create or replace function outbound.tg_payout_skips__tell()
returns trigger
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tg_payout_skips__tell(0)
 *     Tells whom a payout run has passed over.
 * Calls:  outbound.pick_endpoints, outbound.write_messages
 * Reads:  ledger.payout_runs
 */
declare
    v_wanting constant text[] := outbound.pick_endpoints('payout.skipped');
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('payout.skipped', array(
            select
                jsonb_build_object(
                    'restaurant_id', w.restaurant_id, 'run_id', w.run_id, 'currency', w.currency,
                    'as_of', (
                        select r.as_of
                        from ledger.payout_runs as r
                        where r.run_id = w.run_id
                    ),
                    'reason', w.reason, 'amount', w.amount
                )
            from written as w
        ), v_wanting, clock_timestamp());
    end if;
    return null;
end;
$function$;

comment on function outbound.tg_payout_skips__tell()
is 'Tells whom a payout run has passed over.';
