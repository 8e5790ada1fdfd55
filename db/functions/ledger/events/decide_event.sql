create or replace function ledger.decide_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_has_account boolean,
    p_now timestamptz
)
returns ledger.event_decision
language plpgsql
volatile
as $function$
/*
 * Function: ledger.decide_event(4)
 *     Decides on an event that has no rule or no account at first sight: it is about a subject, its
 *     restaurant has no such account yet, or it is to be refused. One deciding function a subject.
 * Parameters:
 *     p_event        - its fields
 *     p_document     - the document
 *     p_has_account  - whether there is its account, which the caller has locked: what is read here
 *                      changes under this lock only. A missing one is opened if the event may post
 *     p_now          - the clock
 * Returns:
 *     the state for which there is a posting rule and an account; or the code of a refusal
 * Raises:
 *     LXRUL  a rule has vanished
 * Calls:  ledger.decide_payout_event, ledger.open_account, ledger.lock_account
 * Reads:  ledger.event_types, ledger.currencies, ledger.posting_rules
 * Locks:  an account that it opens
 */
declare
    v_type ledger.event_types;
    v_decision ledger.event_decision;
begin
    select t.*
    into v_type
    from ledger.event_types as t
    where t.event_type = p_event.event_type
        and t.origin = 'processor';

    if not found then
        v_decision.code := 'EVENT_TYPE_UNKNOWN';
    elsif not exists (
        select
        from ledger.currencies as c
        where c.currency = p_event.currency
    ) then
        v_decision.code := 'CURRENCY_UNKNOWN';
    elsif p_event.fee > 0 and not exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.fee_entry is not null
    ) then
        v_decision.code := 'FEE_NOT_ALLOWED';
    elsif v_type.subject = 'payout' then
        v_decision := ledger.decide_payout_event(p_event, p_document, v_type);
    elsif exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.subject_state = 'NEW'
    ) then
        v_decision.subject_state := 'NEW';
    else
        raise exception 'no rule for % of a subject that is NEW', p_event.event_type
            using errcode = 'LXRUL', constraint = 'RULE_VANISHED',
                detail = format('event_type=%s, state=NEW', p_event.event_type);
    end if;
    if v_decision.code is null and not p_has_account then
        perform ledger.open_account(p_event.restaurant_id, p_event.currency, p_now);
        if not ledger.lock_account(p_event.restaurant_id, p_event.currency) then
            v_decision.code := 'RESTAURANT_UNKNOWN';
        end if;
    end if;
    return v_decision;
end;
$function$;

comment on function ledger.decide_event(ledger.event_fields, jsonb, boolean, timestamptz)
is 'Decides on an event that is about a subject, opens an account, or is to be refused.';
