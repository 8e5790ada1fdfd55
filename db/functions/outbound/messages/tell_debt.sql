create or replace function outbound.tell_debt(
    p_before ledger.account_balances,
    p_after ledger.account_balances,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: outbound.tell_debt(3)
 *     Has told that a restaurant owes the platform, and did not before.
 * Parameters:
 *     p_before, p_after  - its account
 *     p_now              - the clock
 * Calls:  outbound.pick_endpoints, outbound.write_moment, outbound.write_messages
 */
declare
    v_wanting constant text[] := outbound.pick_endpoints('balance.negative');
begin
    if v_wanting <> '{}' then
        perform outbound.write_messages('balance.negative', array[
            jsonb_build_object(
                'restaurant_id', p_after.restaurant_id, 'currency', p_after.currency, 'balance',
                p_after.balance, 'previous_balance', p_before.balance, 'reserved',
                p_after.reserved, 'held', p_after.held, 'entry_seq', p_after.last_entry_seq,
                'last_event_at', outbound.write_moment(p_after.last_event_at)
            )
        ], v_wanting, p_now);
    end if;
end;
$function$;

comment on function outbound.tell_debt(
    ledger.account_balances, ledger.account_balances, timestamptz
)
is 'Has told that a restaurant owes the platform, and did not before.';
