create or replace function ledger.decide_payout(
    p_account ledger.account_state,
    p_as_of date,
    p_min_amount bigint,
    p_now timestamptz,
    out o_amount bigint,
    out o_settled bigint,
    out o_reason text
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.decide_payout(4)
 *     What one restaurant can be paid for the days up to as_of, and why it is not paid, if so.
 * Parameters:
 *     p_account     - the account, locked by the caller
 *     p_as_of       - the last settlement day to pay
 *     p_min_amount  - below this nothing is paid; equal pays
 *     p_now         - the clock
 * Returns:
 *     o_amount   - what can be paid, in minor units: what settled, but no more than is available
 *                  now, nor than can be kept beside what is reserved already
 *     o_settled  - what settled up to as_of and was not paid yet
 *     o_reason   - why it is not paid; null if it is
 * Calls:  ledger.business_day
 * Reads:  ledger.payouts, ledger.ledger_entries, ledger.entry_types
 */
declare
    v_today constant date := ledger.business_day(
        p_now, p_account.timezone, p_account.day_close_hour
    );
    -- A variable, so that the range has two ends whose values the planner does not know: it would
    -- plan an open one anew at every call.
    v_last_day constant date := date 'infinity';
    v_later bigint;
    v_pending bigint;
begin
    -- From the balance backwards, so that the cost does not grow with the book. What is pending
    -- settles after today, and so after as_of.
    select
        coalesce(sum(t.balance_effect * e.amount), 0),
        coalesce(sum(t.balance_effect * e.amount) filter (
            where e.available_on > v_today and t.may_be_pending
        ), 0)
    into v_later, v_pending
    from ledger.ledger_entries as e
    inner join ledger.entry_types as t on e.entry_type = t.entry_type
    where e.restaurant_id = p_account.restaurant_id
        and e.currency = p_account.currency
        and e.settlement_day between p_as_of + 1 and v_last_day;

    o_settled := p_account.balance - v_later;
    o_amount := least(
        o_settled, p_account.balance - v_pending, 9007199254740991 - p_account.reserved
    );
    o_reason := case
        when p_account.is_payouts_paused then 'payouts_paused'
        when p_as_of > v_today then 'as_of_in_future'
        when p_account.closed_through >= p_as_of
            then case
                when exists (
                    select
                    from ledger.payouts as p
                    where p.restaurant_id = p_account.restaurant_id
                        and p.currency = p_account.currency
                        and p.as_of = p_as_of
                )
                    then 'already_paid'
                else 'closed_by_later_payout'
            end
        when o_amount <= 0 then 'nothing_to_pay'
        when o_amount < p_min_amount then 'below_minimum'
    end;
end;
$function$;

comment on function ledger.decide_payout(ledger.account_state, date, bigint, timestamptz)
is 'What one restaurant can be paid for the days up to as_of, and why it is not paid, if so.';
