create or replace function ledger.write_event_entries(
    p_event ledger.event_input,
    p_account ledger.account_state,
    p_event_no bigint,
    p_payout_id text,
    p_entries integer,
    p_now timestamptz
)
returns integer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_event_entries(6)
 *     Writes the entries of an event, moves the account with them, and the payout it is about.
 * Parameters:
 *     p_event      - the event
 *     p_account    - its account with the posting rule, locked
 *     p_event_no   - the event's number in ledger.processor_events
 *     p_payout_id  - the payout that it is about; null if it is about none
 *     p_entries    - how many entries: 1, or 2 with the fee's
 *     p_now        - the clock
 * Returns:
 *     p_entries
 * Calls:  ledger.business_day, ledger.move_payout
 * Writes: ledger.ledger_entries, ledger.account_balances
 */
declare
    v_balance bigint := p_account.balance + p_account.amount_balance_effect * p_event.amount;
    v_reserved bigint := p_account.reserved + p_account.amount_reserved_effect * p_event.amount;
    v_recorded_at constant timestamptz := greatest(p_now, p_account.last_entry_at);
    v_day constant date := ledger.business_day(
        p_event.occurred_at, p_account.timezone, p_account.day_close_hour
    );
    v_available_on constant date := v_day + case
        when p_account.is_delayed then p_account.settlement_delay_days else 0
    end;
begin
    perform set_config('cuenta.is_posting', 'on', true);
    insert into ledger.ledger_entries (
        entry_seq, amount, balance_after, reserved_after, event_no, occurred_at, recorded_at,
        business_day, available_on, settlement_day, restaurant_id, currency, entry_type, payout_id
    )
    select
        p_account.last_entry_seq + n.entry_no, n.amount, n.balance_after, n.reserved_after,
        p_event_no, p_event.occurred_at, v_recorded_at, v_day, v_available_on,
        greatest(v_available_on, p_account.closed_through + 1), p_event.restaurant_id,
        p_event.currency, n.entry_type, p_payout_id
    from (
        values
        (1, p_account.amount_entry, p_event.amount, v_balance, v_reserved),
        (
            2, p_account.fee_entry, p_event.fee,
            v_balance + p_account.fee_balance_effect * p_event.fee,
            v_reserved + p_account.fee_reserved_effect * p_event.fee
        )
    ) as n (entry_no, entry_type, amount, balance_after, reserved_after)
    where n.entry_no <= p_entries;

    if p_entries = 2 then
        v_balance := v_balance + p_account.fee_balance_effect * p_event.fee;
        v_reserved := v_reserved + p_account.fee_reserved_effect * p_event.fee;
    end if;
    update ledger.account_balances as b
    set
        balance = v_balance,
        reserved = v_reserved,
        last_entry_seq = p_account.last_entry_seq + p_entries,
        last_entry_at = v_recorded_at,
        last_event_at = greatest(b.last_event_at, p_event.occurred_at)
    where b.restaurant_id = p_event.restaurant_id
        and b.currency = p_event.currency;
    perform set_config('cuenta.is_posting', 'off', true);

    if p_payout_id is not null then
        perform ledger.move_payout(p_event, p_payout_id);
    end if;
    return p_entries;
end;
$function$;

comment on function ledger.write_event_entries(
    ledger.event_input, ledger.account_state, bigint, text, integer, timestamptz
)
is 'Writes the entries of an event, moves the account with them, and the payout it is about.';
