create or replace function ledger.decide_reversal(
    p_event ledger.event_fields,
    p_document jsonb
)
returns ledger.event_decision
language plpgsql
stable
as $function$
/*
 * Function: ledger.decide_reversal(2)
 *     Decides whether an event may be taken back: once, if its kind can be, and if nothing that
 *     came after stands on it.
 * Parameters:
 *     p_event     - the reversal's fields; the caller has locked the account
 *     p_document  - the document, which names the event that is reversed
 * Returns:
 *     the state: the entry type that is mirrored; or the code of a refusal
 * Calls:  ledger.sum_effects
 * Reads:  ledger.processor_events, ledger.event_links, ledger.ledger_entries,
 *         ledger.posting_rules
 */
declare
    v_decision ledger.event_decision;
    v_reversed record;
    v_after record;
    v_left numeric;
begin
    select e.event_no, e.event_type, e.amount, k.payment_event_no, e.payout_id, l.entry_type,
        l.available_on
    into v_reversed
    from ledger.processor_events as e
    left join ledger.event_links as k
        on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
    left join ledger.ledger_entries as l
        on e.restaurant_id = l.restaurant_id
        and e.currency = l.currency
        and e.first_entry_seq = l.entry_seq
    where e.provider = p_document ->> 'reversed_provider'
        and e.event_id = p_document ->> 'reversed_event_id'
        and e.restaurant_id = p_event.restaurant_id;

    select e.event_id, e.event_type
    into v_after
    from ledger.event_links as k
    inner join ledger.processor_events as e
        on k.restaurant_id = e.restaurant_id and k.event_no = e.event_no
    where k.restaurant_id = p_event.restaurant_id
        and k.about_event_no = v_reversed.event_no
        and e.entry_count > 0
    limit 1;

    v_decision.subject_state := v_reversed.entry_type;
    v_decision.about_event_no := v_reversed.event_no;
    v_decision.payment_event_no := v_reversed.payment_event_no;
    v_decision.payout_id := v_reversed.payout_id;
    v_decision.available_on := v_reversed.available_on;
    if v_after.event_type = 'event_reversed' then
        v_decision.code := 'REVERSED_BEFORE';
        v_decision.details := jsonb_build_object('event_id', v_after.event_id);
    elsif v_after.event_id is not null then
        v_decision.code := 'EVENT_IN_USE';
        v_decision.details := jsonb_build_object('event_id', v_after.event_id);
    elsif not exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.subject_state = v_decision.subject_state
    ) then
        v_decision.code := 'EVENT_NOT_REVERSIBLE';
        v_decision.details := jsonb_build_object('event_type', v_reversed.event_type);
    elsif v_reversed.entry_type = 'CHARGE' then
        v_decision.payment_event_no := v_reversed.event_no;
        select s.payment
        into v_left
        from ledger.sum_effects(p_event.restaurant_id, v_reversed.event_no) as s;
        if v_left < v_reversed.amount then
            v_decision.code := 'EVENT_IN_USE';
            v_decision.details := jsonb_build_object('left', v_left);
        end if;
    end if;
    return v_decision;
end;
$function$;

comment on function ledger.decide_reversal(ledger.event_fields, jsonb)
is 'Decides whether an event may be taken back.';
