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
 *     the order of arrival does not matter. What is overtaken moves nothing. A failure for a reason
 *     that stays pauses the restaurant's payouts in the currency.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document, which may say why a payout failed
 *     p_decision  - the payout's id and state, decided under the account's lock
 * Calls:  ledger.read_note, ledger.pause_failed_payee
 * Reads:  ledger.event_types
 * Writes: ledger.payouts
 */
declare
    v_code constant text := ledger.read_note(p_document, 'failure_code', 64);
    v_reason constant text := coalesce(
        ledger.read_note(p_document, 'failure_reason', 500),
        ledger.read_note(p_document, 'failure_message', 500)
    );
begin
    if v_code is not null and exists (
        select
        from ledger.payouts as p
        inner join ledger.event_types as t on t.event_type = p_event.event_type
        where p.restaurant_id = p_event.restaurant_id
            and p.payout_id = p_decision.payout_id
            and case
                when p.failed_at >= p_event.occurred_at then p.failure_code is null
                else p.failure_code is distinct from v_code
            end
            and t.reported_state = 'FAILED'
            and p_decision.subject_state <> 'OVERTAKEN'
    ) then
        perform ledger.pause_failed_payee(p_event, p_decision.payout_id, v_code);
    end if;

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
        canceled_at = case t.reported_state
            when 'CANCELED' then greatest(p.canceled_at, p_event.occurred_at)
            else p.canceled_at
        end,
        failure_code = case
            when t.reported_state <> 'FAILED' then p.failure_code
            when p.failed_at >= p_event.occurred_at then coalesce(p.failure_code, v_code)
            else coalesce(v_code, p.failure_code)
        end,
        failure_reason = case
            when t.reported_state <> 'FAILED' then p.failure_reason
            when p.failed_at >= p_event.occurred_at then coalesce(p.failure_reason, v_reason)
            else coalesce(v_reason, p.failure_reason)
        end
    from ledger.event_types as t
    where p.restaurant_id = p_event.restaurant_id
        and p.payout_id = p_decision.payout_id
        and t.event_type = p_event.event_type
        and t.reported_state is not null
        and p_decision.subject_state <> 'OVERTAKEN';
end;
$function$;

comment on function ledger.move_payout(ledger.event_fields, jsonb, ledger.event_decision)
is 'Gives a payout the state that an event reports.';
