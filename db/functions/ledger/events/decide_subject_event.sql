create or replace function ledger.decide_subject_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_type ledger.event_types,
    p_accepted text
)
returns ledger.event_decision
language plpgsql
stable
as $function$
/*
 * Function: ledger.decide_subject_event(4)
 *     Decides on an event about a payment, a refund, a dispute, a hold or nothing: whether it is
 *     the first to tell of its subject or follows one that did, and in what state that has left it.
 *     What follows an event that is not here yet waits for it.
 * Parameters:
 *     p_event     - its fields; the caller has locked the account
 *     p_document  - the document
 *     p_type      - its type
 *     p_accepted  - the code of the one refusal that a person overrules; null: of none
 * Returns:
 *     the state and what it belongs to; or the code of a refusal or of what it waits for
 * Calls:  ledger.name_subject, ledger.read_subject_state, ledger.decide_share
 * Reads:  ledger.processor_events, ledger.event_links
 */
declare
    v_id constant text := ledger.name_subject(p_event, p_document, p_type.subject_field);
    v_first record;
    v_fields text[];
    v_decision ledger.event_decision;
begin
    select e.event_no, e.event_type, e.currency, e.amount, l.payment_event_no
    into v_first
    from ledger.processor_events as e
    left join ledger.event_links as l
        on e.restaurant_id = l.restaurant_id and e.event_no = l.event_no
    where e.subject_id = v_id
        and e.event_type = p_type.first_type
        and e.provider = p_event.provider
        and e.restaurant_id = p_event.restaurant_id;

    v_decision.subject_state := 'NEW';
    if v_id is null and not p_type.is_subject_optional and p_type.subject is not null then
        v_decision.code := 'FIELD_MISSING';
        v_decision.details := jsonb_build_object('field', p_type.subject_field);
    elsif v_id is null or (p_type.first_type = p_type.event_type and v_first.event_no is null) then
        v_decision.subject_id := v_id;
    elsif p_type.first_type = p_type.event_type then
        v_decision.code := 'SUBJECT_REUSED';
    elsif v_first.event_no is null then
        v_decision.code := case p_type.subject
            when 'refund' then 'WAITS_FOR_REFUND'
            when 'dispute' then 'WAITS_FOR_DISPUTE'
        end;
        v_decision.first_type := p_type.first_type;
        v_decision.subject_id := v_id;
    else
        v_fields := array_remove(array[
            case when v_first.currency <> p_event.currency then 'currency' end,
            case
                when v_first.amount <> p_event.amount and not p_type.is_amount_free then 'amount'
            end
        ], null);
        v_decision.about_event_no := v_first.event_no;
        v_decision.payment_event_no := v_first.payment_event_no;
        v_decision.subject_state := ledger.read_subject_state(p_event, p_type, v_first.event_no);
        if cardinality(v_fields) > 0 then
            v_decision.code := 'SUBJECT_MISMATCH';
            v_decision.details
            := jsonb_build_object(p_type.subject_field, v_id, 'fields', v_fields);
        end if;
    end if;
    if v_decision.code is not null then
        return v_decision;
    end if;
    return ledger.decide_share(p_event, p_type, v_decision, p_accepted);
end;
$function$;

comment on function ledger.decide_subject_event(
    ledger.event_fields, jsonb, ledger.event_types, text
)
is 'Decides on an event about a payment, a refund, a dispute, a hold or nothing.';
