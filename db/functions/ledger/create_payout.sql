create or replace function ledger.create_payout(
    p_restaurant_id text,
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_run_id text,
    p_now timestamptz,
    out o_amount bigint,
    out o_reason text
)
language plpgsql
volatile
as $function$
/*
 * Function: ledger.create_payout(6)
 *     The payout of one restaurant in a run: decides it under the account's lock, writes it with
 *     its items and its reserve and closes the days, or keeps why not.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant, first so that a
 *                        cluster can route the call
 *     p_currency       - ISO 4217 code
 *     p_as_of          - the last settlement day to pay
 *     p_min_amount     - below this nothing is paid
 *     p_run_id         - the run; null in a dry run, which writes nothing
 *     p_now            - the clock
 * Returns:
 *     o_amount  - what is paid, or could be
 *     o_reason  - why it is not paid; null if it is
 * Calls:  ledger.lock_account, ledger.decide_payout, ledger.write_payout
 * Writes: ledger.payout_skips
 * Locks:  the account
 */
declare
    v_account ledger.account_state;
    v_decision record;
begin
    -- The first may wait, with the snapshot from before: the second sees the restaurant's settings
    -- as they are under the lock.
    perform ledger.lock_account(p_restaurant_id, p_currency);
    v_account := ledger.lock_account(p_restaurant_id, p_currency);
    v_decision := ledger.decide_payout(v_account, p_as_of, p_min_amount, p_now);
    o_amount := v_decision.o_amount;
    o_reason := v_decision.o_reason;
    if p_run_id is null then
        return;
    elsif o_reason is not null then
        insert into ledger.payout_skips (amount, restaurant_id, run_id, currency, reason)
        values (o_amount, p_restaurant_id, p_run_id, p_currency, o_reason);
    else
        perform ledger.write_payout(
            v_account, p_as_of, o_amount, v_decision.o_settled, p_run_id, p_now
        );
    end if;
end;
$function$;

comment on function ledger.create_payout(text, text, date, bigint, text, timestamptz)
is 'The payout of one restaurant in a run, or why there is none.';
