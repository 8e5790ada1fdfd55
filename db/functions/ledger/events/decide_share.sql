create or replace function ledger.decide_share(
    p_event ledger.event_fields,
    p_type ledger.event_types,
    p_decision ledger.event_decision,
    p_accepted text
)
returns ledger.event_decision
language plpgsql
stable
as $function$
/*
 * Function: ledger.decide_share(4)
 *     Decides whether an event may take its amount from what it belongs to: refunds and disputes
 *     that are open or lost never exceed their payment's charge, releases never their hold.
 * Parameters:
 *     p_event     - its fields; the caller has locked the account
 *     p_type      - its type
 *     p_decision  - what was decided about its subject
 *     p_accepted  - the code of the one refusal that a person overrules; null: of none
 * Returns:
 *     the decision, with the payment it belongs to; or the code of a refusal or of what it waits
 *     for
 * Raises:
 *     LXRUL  a rule has vanished
 * Calls:  ledger.sum_effects
 * Reads:  ledger.processor_events, ledger.posting_rules, ledger.entry_types
 */
declare
    v_charge record;
    v_effects record;
    v_left numeric;
begin
    if p_event.payment_id is not null and p_type.subject is distinct from 'payment'
        and (p_decision.about_event_no is null or p_decision.payment_event_no is not null) then
        select e.event_no, e.currency
        into v_charge
        from ledger.processor_events as e
        where e.subject_id = p_event.payment_id
            and e.event_type = 'charge_succeeded'
            and e.provider = p_event.provider
            and e.restaurant_id = p_event.restaurant_id;
        if p_decision.payment_event_no <> coalesce(v_charge.event_no, 0) then
            p_decision.code := 'SUBJECT_MISMATCH';
            p_decision.details := '{"fields": ["payment_id"]}';
        elsif v_charge.event_no is null then
            p_decision.code := 'WAITS_FOR_PAYMENT';
            p_decision.first_type := 'charge_succeeded';
            p_decision.subject_id := p_event.payment_id;
        elsif v_charge.currency <> p_event.currency then
            p_decision.code := 'PAYMENT_MISMATCH';
            p_decision.details := jsonb_build_object(
                'payment_id', p_event.payment_id, 'fields', array['currency'],
                'payment_currency', v_charge.currency
            );
        end if;
        p_decision.payment_event_no := v_charge.event_no;
    end if;

    select t.payment_effect, t.held_effect
    into v_effects
    from ledger.posting_rules as r
    left join ledger.entry_types as t on r.amount_entry = t.entry_type
    where r.event_type = p_event.event_type
        and r.subject_state = p_decision.subject_state;
    if p_decision.code is not null then
        return p_decision;
    elsif not found and p_decision.subject_state = 'NEW' then
        raise exception 'no rule for % of a subject that is NEW', p_event.event_type
            using errcode = 'LXRUL', constraint = 'RULE_VANISHED',
                detail = format('event_type=%s, state=NEW', p_event.event_type);
    elsif not found then
        p_decision.code := 'SUBJECT_STATE_CONFLICT';
        p_decision.details := jsonb_build_object('state', p_decision.subject_state);
    elsif v_effects.payment_effect < 0 and p_decision.payment_event_no is not null then
        select s.payment
        into v_left
        from ledger.sum_effects(p_event.restaurant_id, p_decision.payment_event_no) as s;
        if v_left < p_event.amount
            and p_accepted is distinct from 'AMOUNT_EXCEEDS_PAYMENT' then
            p_decision.code := 'AMOUNT_EXCEEDS_PAYMENT';
            p_decision.details := jsonb_build_object(
                'payment_id', p_event.payment_id, 'left', v_left
            );
        end if;
    elsif v_effects.held_effect < 0 and p_type.subject = 'hold' then
        select s.held
        into v_left
        from ledger.sum_effects(p_event.restaurant_id, p_decision.about_event_no) as s;
        if v_left < p_event.amount then
            p_decision.code := 'AMOUNT_EXCEEDS_HOLD';
            p_decision.details := jsonb_build_object('left', v_left);
        end if;
    end if;
    return p_decision;
end;
$function$;

comment on function ledger.decide_share(
    ledger.event_fields, ledger.event_types, ledger.event_decision, text
)
is 'Decides whether an event may take its amount from its payment or hold.';
