create or replace function ledger.admit_event(p_event ledger.event_input, p_now timestamptz)
returns ledger.event_input
language plpgsql
volatile
as $function$
/*
 * Function: ledger.admit_event(2)
 *     Decides on an event that is not plain: of a restaurant without this account yet, about a
 *     payout, with a very large balance, or one to refuse.
 * Parameters:
 *     p_event  - the event
 *     p_now    - the clock
 * Returns:
 *     the event with payout_status, which says which posting rule applies, null: none, there is
 *     nothing to post; or with code and details of why it may not post. A missing account is opened
 * Calls:  ledger.lock_account, ledger.decide_payout_event, ledger.open_account
 * Reads:  ledger.event_types, ledger.currencies, ledger.posting_rules
 * Locks:  the account
 */
declare
    v_account ledger.account_balances;
    v_type ledger.event_types;
    v_rule ledger.posting_rules;
begin
    -- Before anything is read, because what is read here changes under this lock only.
    v_account := ledger.lock_account(p_event.restaurant_id, p_event.currency);
    select t.*
    into v_type
    from ledger.event_types as t
    where t.event_type = p_event.event_type;

    if not found then
        p_event.code := 'EVENT_TYPE_UNKNOWN';
    elsif not exists (
        select
        from ledger.currencies as c
        where c.currency = p_event.currency
    ) then
        p_event.code := 'CURRENCY_UNKNOWN';
    elsif p_event.fee > 0 and not exists (
        select
        from ledger.posting_rules as r
        where r.event_type = p_event.event_type
            and r.fee_entry is not null
    ) then
        p_event.code := 'FEE_NOT_ALLOWED';
    elsif v_type.payout_status is not null then
        p_event := ledger.decide_payout_event(p_event, v_type.payout_status);
    elsif v_account.restaurant_id is null then
        perform ledger.open_account(p_event.restaurant_id, p_event.currency, p_now);
        v_account := ledger.lock_account(p_event.restaurant_id, p_event.currency);
    end if;
    if p_event.code is not null then
        return p_event;
    end if;

    select r.*
    into v_rule
    from ledger.posting_rules as r
    where r.event_type = p_event.event_type
        and r.payout_status = p_event.payout_status;
    if not found then
        p_event.payout_status := null;
    elsif abs(
        v_account.balance + v_rule.amount_balance_effect * p_event.amount
        + coalesce(v_rule.fee_balance_effect * p_event.fee, 0)
    ) > 9007199254740991 then
        p_event.code := 'BALANCE_OUT_OF_RANGE';
    end if;
    return p_event;
end;
$function$;

comment on function ledger.admit_event(ledger.event_input, timestamptz)
is 'Decides on an event that is not plain: a new account, a payout, or a refusal.';
