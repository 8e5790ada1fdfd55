create or replace function ledger.write_payout(
    p_account ledger.account_state,
    p_as_of date,
    p_amount bigint,
    p_settled bigint,
    p_run_id text,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_payout(6)
 *     Writes a payout that was decided: the payout, the entry that reserves its amount, its items;
 *     then closes the days up to as_of.
 * Parameters:
 *     p_account  - the account, locked by the caller
 *     p_as_of    - the last settlement day that it pays
 *     p_amount   - minor units, positive
 *     p_settled  - what settled up to as_of; the rest of it is carried out
 *     p_run_id   - the run
 *     p_now      - the clock
 * Calls:  ledger.write_payout_items, ledger.business_day
 * Reads:  ledger.entry_types
 * Writes: ledger.payouts, ledger.ledger_entries, ledger.account_balances
 */
declare
    v_payout_id constant text := 'po_' || replace(gen_random_uuid()::text, '-', '');
begin
    insert into ledger.payouts (
        amount, reserve_entry_seq, created_at, as_of, restaurant_id, currency, status, payout_id,
        run_id
    )
    values (
        p_amount, p_account.last_entry_seq + 1, p_now, p_as_of, p_account.restaurant_id,
        p_account.currency, 'CREATED', v_payout_id, p_run_id
    );

    -- Before the reserve, which is no item of its own payout.
    perform ledger.write_payout_items(p_account, v_payout_id, p_as_of, p_amount, p_settled);

    perform set_config('cuenta.is_posting', 'on', true);
    insert into ledger.ledger_entries (
        entry_seq, amount, balance_after, reserved_after, occurred_at, recorded_at, business_day,
        available_on, settlement_day, restaurant_id, currency, entry_type, payout_id
    )
    select
        p_account.last_entry_seq + 1,
        p_amount,
        p_account.balance + t.balance_effect * p_amount,
        p_account.reserved + t.reserved_effect * p_amount,
        p_now,
        greatest(p_now, p_account.last_entry_at),
        ledger.business_day(p_now, p_account.timezone, p_account.day_close_hour),
        p_as_of,
        p_as_of,
        p_account.restaurant_id,
        p_account.currency,
        t.entry_type,
        v_payout_id
    from ledger.entry_types as t
    where t.entry_type = 'PAYOUT_RESERVE';

    update ledger.account_balances as b
    set
        balance = e.balance_after,
        reserved = e.reserved_after,
        last_entry_seq = e.entry_seq,
        last_entry_at = e.recorded_at,
        closed_through = p_as_of
    from ledger.ledger_entries as e
    where b.restaurant_id = p_account.restaurant_id
        and b.currency = p_account.currency
        and e.restaurant_id = p_account.restaurant_id
        and e.currency = p_account.currency
        and e.entry_seq = p_account.last_entry_seq + 1;
    perform set_config('cuenta.is_posting', 'off', true);
end;
$function$;

comment on function ledger.write_payout(
    ledger.account_state, date, bigint, bigint, text, timestamptz
)
is 'Writes a payout that was decided, reserves its amount and closes its days.';
