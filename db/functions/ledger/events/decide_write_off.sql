create or replace function ledger.decide_write_off(
    p_event ledger.event_fields,
    p_now timestamptz
)
returns ledger.event_decision
language plpgsql
stable
as $function$
/*
 * Function: ledger.decide_write_off(2)
 *     Decides whether the platform may give up what a restaurant owes: no more than it does.
 * Parameters:
 *     p_event  - the event's fields; the caller has locked the account
 *     p_now    - the clock
 * Returns:
 *     the state; or the code of a refusal, with the debt in minor units
 * Calls:  ledger.business_day
 * Reads:  ledger.account_balances, ledger.pending_days
 */
declare
    v_debt numeric;
    v_decision ledger.event_decision;
begin
    select greatest(
        coalesce(sum(d.amount), 0) - b.balance, 0
    )
    into v_debt
    from ledger.account_balances as b
    left join ledger.pending_days as d
        on b.restaurant_id = d.restaurant_id
        and b.currency = d.currency
        and d.available_on > ledger.business_day(p_now, b.timezone, b.day_close_hour)
    where b.restaurant_id = p_event.restaurant_id
        and b.currency = p_event.currency
    group by b.balance;

    v_decision.subject_state := 'NEW';
    if coalesce(v_debt, 0) < p_event.amount then
        v_decision.code := 'AMOUNT_EXCEEDS_DEBT';
        v_decision.details := jsonb_build_object('debt', coalesce(v_debt, 0));
    end if;
    return v_decision;
end;
$function$;

comment on function ledger.decide_write_off(ledger.event_fields, timestamptz)
is 'Decides whether the platform may give up what a restaurant owes.';
