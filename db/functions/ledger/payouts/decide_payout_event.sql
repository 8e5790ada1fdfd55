create or replace function ledger.decide_payout_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_type ledger.event_types
)
returns ledger.event_decision
language plpgsql
volatile
as $function$
/*
 * Function: ledger.decide_payout_event(3)
 *     The state of the payout that an event is about, as far as the event is concerned. Reports are
 *     told apart by when they happened, not by when they arrive: one that a later report has
 *     settled finds the payout OVERTAKEN. Of two reports of one instant the higher rank counts:
 *     money is never thought gone that may have come back. The caller holds the account's lock, so
 *     the answer stays true until it commits; the payout is locked as well, because a disburser
 *     may claim it without the account. A person does not cancel what was handed over, unless the
 *     bank has been told.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document, which names the payout
 *     p_type      - its type, which says what state it reports
 * Returns:
 *     the payout's id and state, for which there is a rule; or the code of a refusal
 * Reads:  ledger.payouts, ledger.posting_rules, ledger.event_types
 * Locks:  the payout
 */
declare
    v_payout ledger.payouts;
    v_fields text[];
    v_decision ledger.event_decision;
begin
    v_decision.payout_id := coalesce(
        p_document ->> p_type.subject_field, p_document -> 'metadata' ->> p_type.subject_field
    );
    if v_decision.payout_id is null then
        v_decision.code := 'FIELD_MISSING';
        v_decision.details := jsonb_build_object('field', p_type.subject_field);
        return v_decision;
    end if;

    select p.*
    into v_payout
    from ledger.payouts as p
    where p.payout_id = v_decision.payout_id
    for no key update;

    v_decision.subject_state := case
        when v_payout.status <> p_type.reported_state
            and (p_event.occurred_at, p_type.state_rank) < (
                select
                    case v_payout.status
                        when 'PAID' then v_payout.paid_at
                        when 'FAILED' then v_payout.failed_at
                        when 'CANCELED' then v_payout.canceled_at
                    end,
                    max(t.state_rank)
                from ledger.event_types as t
                where t.subject = 'payout'
                    and t.reported_state = v_payout.status
            ) then 'OVERTAKEN'
        else v_payout.status
    end;
    v_decision.details := jsonb_build_object('payout_id', left(v_decision.payout_id, 64));
    v_fields := array_remove(array[
        case when v_payout.restaurant_id <> p_event.restaurant_id then 'restaurant_id' end,
        case when v_payout.currency <> p_event.currency then 'currency' end,
        case
            when v_payout.amount <> p_event.amount and not p_type.is_amount_free then 'amount'
        end
    ], null);
    if v_payout.payout_id is null then
        v_decision.code := 'PAYOUT_NOT_FOUND';
    elsif cardinality(v_fields) > 0 then
        v_decision.code := 'PAYOUT_MISMATCH';
        v_decision.details := v_decision.details || jsonb_build_object('fields', v_fields);
    elsif not exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.subject_state = v_decision.subject_state
    ) then
        v_decision.code := 'PAYOUT_STATE_CONFLICT';
        v_decision.details
        := v_decision.details || jsonb_build_object('payout_status', v_payout.status);
    elsif v_payout.status = 'CREATED'
        and v_payout.submitted_at is not null
        and p_type.origin = 'operator'
        and p_document -> 'bank_told' is distinct from 'true'::jsonb
    then
        v_decision.code := 'PAYOUT_HANDED_OVER';
        v_decision.details := v_decision.details || jsonb_build_object(
            'submitted_by', v_payout.submitted_by, 'external_id', v_payout.external_id
        );
    end if;
    return v_decision;
end;
$function$;

comment on function ledger.decide_payout_event(
    ledger.event_fields, jsonb, ledger.event_types
)
is 'The state of the payout that an event is about, as far as the event is concerned.';
