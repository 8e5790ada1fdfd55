create or replace function ledger.decide_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_has_account boolean,
    p_now timestamptz,
    p_accepted text
)
returns ledger.event_decision
language plpgsql
volatile
as $function$
/*
 * Function: ledger.decide_event(5)
 *     Decides on an event that has no rule or no account at first sight: it is about a subject, its
 *     restaurant has no such account yet or is closed, or it is to be refused. One deciding
 *     function a kind of subject.
 * Parameters:
 *     p_event        - its fields
 *     p_document     - the document
 *     p_has_account  - whether there is its account, which the caller has locked: what is read here
 *                      changes under this lock only. A missing one is opened if the event may post,
 *                      or waits
 *     p_now          - the clock
 *     p_accepted     - the code of the one refusal that a person overrules; null: of none
 * Returns:
 *     the state for which there is a posting rule and an account; or the code of a refusal or of
 *     what it waits for
 * Calls:  ledger.decide_payout_event, ledger.decide_reversal, ledger.decide_write_off,
 *         ledger.decide_subject_event, ledger.open_account, ledger.lock_account
 * Reads:  ledger.event_types, ledger.currencies, ledger.posting_rules, ledger.restaurants
 * Locks:  an account that it opens
 */
declare
    v_type ledger.event_types;
    v_closed_at timestamptz;
    v_decision ledger.event_decision;
begin
    select t.*
    into v_type
    from ledger.event_types as t
    where t.event_type = p_event.event_type
        and t.origin = case p_event.provider when 'operator' then 'operator' else 'processor' end;
    if not found then
        v_decision.code := 'EVENT_TYPE_UNKNOWN';
        return v_decision;
    end if;
    select r.closed_at
    into v_closed_at
    from ledger.restaurants as r
    where r.restaurant_id = p_event.restaurant_id;

    if not found and v_type.origin = 'operator' then
        v_decision.code := 'RESTAURANT_UNKNOWN';
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
    else
        v_decision := case v_type.subject
            when 'payout' then ledger.decide_payout_event(p_event, p_document, v_type)
            when 'event' then ledger.decide_reversal(p_event, p_document)
            when 'debt' then ledger.decide_write_off(p_event, p_now)
            else ledger.decide_subject_event(p_event, p_document, v_type, p_accepted)
        end;
        -- What was told before, under another id, is no new business.
        if v_decision.code is null and v_type.is_new_business and v_closed_at is not null
            and p_accepted is distinct from 'RESTAURANT_CLOSED' then
            v_decision.code := 'RESTAURANT_CLOSED';
        end if;
    end if;
    if (v_decision.code is null or v_decision.first_type is not null) and not p_has_account then
        perform ledger.open_account(p_event.restaurant_id, p_event.currency, p_now);
        if not ledger.lock_account(p_event.restaurant_id, p_event.currency) then
            v_decision := null;
            v_decision.code := 'RESTAURANT_UNKNOWN';
        end if;
    end if;
    return v_decision;
end;
$function$;

comment on function
ledger.decide_event(ledger.event_fields, jsonb, boolean, timestamptz, text)
is 'Decides on an event that is about a subject, opens an account, or is to be refused.';
