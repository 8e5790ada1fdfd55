create or replace function ledger.move_payout(p_event ledger.event_input)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.move_payout(1)
 *     Gives a payout the status that an event reports, after the event's entries were written.
 * Parameters:
 *     p_event  - the event with the payout's id, admitted under the account's lock
 * Reads:  ledger.event_types
 * Writes: ledger.payouts
 */
begin
    update ledger.payouts as p
    set
        status = t.payout_status,
        paid_at = case when t.payout_status = 'PAID' then p_event.occurred_at else p.paid_at end,
        failed_at = case when t.payout_status = 'FAILED' then p_event.occurred_at end,
        failure_reason = case
            when t.payout_status = 'FAILED'
                then left(p_event.payload -> 'metadata' ->> 'failure_reason', 500)
        end
    from ledger.event_types as t
    where p.restaurant_id = p_event.restaurant_id
        and p.payout_id = p_event.payout_id
        and t.event_type = p_event.event_type;
end;
$function$;

comment on function ledger.move_payout(ledger.event_input)
is 'Gives a payout the status that an event reports.';
