create or replace function ledger.move_payout(
    p_event ledger.event_fields,
    p_document jsonb,
    p_decision ledger.event_decision
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.move_payout(3)
 *     Gives a payout the state that an event reports. Told again, the later moment counts, so that
 *     the order of arrival does not matter. What is overtaken moves nothing.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document, which may say why a payout failed
 *     p_decision  - the payout's id and state, decided under the account's lock
 * Reads:  ledger.event_types
 * Writes: ledger.payouts
 */
begin
    update ledger.payouts as p
    set
        status = t.reported_state,
        paid_at = case t.reported_state
            when 'PAID' then greatest(p.paid_at, p_event.occurred_at)
            else p.paid_at
        end,
        failed_at = case t.reported_state
            when 'FAILED' then greatest(p.failed_at, p_event.occurred_at)
            else p.failed_at
        end,
        failure_reason = case
            when t.reported_state = 'FAILED' and p.failed_at >= p_event.occurred_at
                then p.failure_reason
            when t.reported_state = 'FAILED'
                then left(p_document -> 'metadata' ->> 'failure_reason', 500)
        end
    from ledger.event_types as t
    where p.restaurant_id = p_event.restaurant_id
        and p.payout_id = p_decision.payout_id
        and t.event_type = p_event.event_type
        and p_decision.subject_state <> 'OVERTAKEN';
end;
$function$;

comment on function ledger.move_payout(ledger.event_fields, jsonb, ledger.event_decision)
is 'Gives a payout the state that an event reports.';
