create or replace function ledger.admit_event(
    p_event ledger.event_input,
    p_account ledger.account_state,
    p_now timestamptz
)
returns ledger.event_input
language plpgsql
volatile
as $function$
/*
 * Function: ledger.admit_event(3)
 *     Decides on an event that is not plain: of a restaurant without this account yet, about a
 *     payout, or one to refuse.
 * Parameters:
 *     p_event    - the event
 *     p_account  - its account, locked; null if there is none yet
 *     p_now      - the clock
 * Returns:
 *     the event with payout_status, which says which posting rule applies, null: none, there is
 *     nothing to post; or with code and details of why it may not post. A missing account is opened
 * Calls:  ledger.decide_payout_event, ledger.open_account
 * Reads:  ledger.event_types, ledger.currencies, ledger.posting_rules
 */
declare
    v_type ledger.event_types;
begin
    select t.*
    into v_type
    from ledger.event_types as t
    where t.event_type = p_event.event_type;

    p_event.payout_status := 'NONE';
    if not found then
        p_event.code := 'EVENT_TYPE_UNKNOWN';
    elsif p_account.restaurant_id is null and not exists (
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
    elsif abs(p_account.balance) + p_event.amount + p_event.fee > 9007199254740991 then
        p_event.code := 'BALANCE_OUT_OF_RANGE';
    elsif v_type.payout_status is not null then
        return ledger.decide_payout_event(p_event, v_type.payout_status);
    elsif p_account.restaurant_id is null then
        perform ledger.open_account(p_event.restaurant_id, p_event.currency, p_now);
    end if;
    return p_event;
end;
$function$;

comment on function ledger.admit_event(
    ledger.event_input, ledger.account_state, timestamptz
)
is 'Decides on an event that is not plain: a new account, a payout, or a refusal.';
