create or replace function api.cancel_payout(
    p_payout_id text,
    p_reason text,
    p_reference text,
    p_actor text default null,
    p_bank_told boolean default false
)
returns ledger.event_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.cancel_payout(5)
 *     Cancels a payout that is under way: its money is available again, an item of the next payout.
 *     After the hand-over it is refused (PAYOUT_HANDED_OVER), unless the bank or the processor has
 *     been told: what it pays nevertheless would be paid twice.
 * Parameters:
 *     p_payout_id  - as run_payouts created it
 *     p_reason     - why, 1 to 500 characters; shown wherever the event is
 *     p_reference  - the caller's own id of this, once for ever: a repeat posts nothing
 *     p_actor      - who does it; null: the login
 *     p_bank_told  - the bank or the processor, who has it, knows that it is canceled
 * Returns:
 *     one row, as api.ingest_event
 * Raises:
 *     LBARG  the payout, the reference or the reason is missing
 *     LNPAY  there is no such payout
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LXRUL  a rule has vanished
 * Calls:  ledger.require_payout, ledger.post_operator_event
 * Locks:  the account, then the payout, then the event id; see ledger.post_event
 */
declare
    v_payout constant ledger.payouts := ledger.require_payout(p_payout_id);
begin
    return ledger.post_operator_event(
        jsonb_build_object(
            'event_id', p_reference, 'event_type', 'payout_withdrawn', 'restaurant_id',
            v_payout.restaurant_id, 'currency', v_payout.currency, 'amount', v_payout.amount,
            'payout_id', v_payout.payout_id, 'bank_told', coalesce(p_bank_told, false), 'reason',
            p_reason, 'actor', p_actor
        ),
        clock_timestamp()
    );
end;
$function$;

comment on function api.cancel_payout(text, text, text, text, boolean)
is 'Cancels a payout that is under way: its money is available again.';
