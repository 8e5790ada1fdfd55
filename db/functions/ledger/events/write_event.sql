create or replace function ledger.write_event(p_event ledger.event_input, p_now timestamptz)
returns integer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_event(2)
 *     Moves the account of an event, claims the event's id, and writes the event with its entries.
 *     The update that moves the account is the lock: what it adds, it adds to the row as it is
 *     after waiting. What cannot post is seen before the claim, which cannot be taken back.
 * Parameters:
 *     p_event  - the event; payout_status says which rule applies, null: there is nothing to post
 *     p_now    - the clock
 * Returns:
 *     the number of entries; null if the event is not plain: there is no such account or rule, or
 *     the balance would be too large; -1 if the id was taken meanwhile. Then nothing is written
 * Calls:  ledger.business_day, ledger.undo_move
 * Reads:  ledger.posting_rules, ledger.restaurants
 * Writes: ledger.account_balances, ledger.processor_events, ledger.ledger_entries
 * Locks:  the account, then the event id; see ledger.lock_account
 */
-- v_posting takes what set_config answers and is never read: perform would cost thrice as much.
-- @plpgsql_check_options: extra_warnings = false
declare
    v_posting text;
    v_entries integer;
    v_amount_entry text;
    v_fee_entry text;
    v_change bigint;
    v_fee_change bigint;
    v_reserved_change bigint;
    v_day date;
    v_delay integer;
    v_balance bigint;
    v_reserved bigint;
    v_seq bigint;
    v_recorded_at timestamptz;
    v_closed_through date;
    v_event_no bigint;
begin
    select
        set_config('cuenta.is_posting', 'on', true),
        case when p_event.fee = 0 then 1 else 2 end,
        r.amount_entry,
        r.fee_entry,
        r.amount_balance_effect * p_event.amount + coalesce(r.fee_balance_effect * p_event.fee, 0),
        r.fee_balance_effect * p_event.fee,
        r.amount_reserved_effect * p_event.amount,
        ledger.business_day(p_event.occurred_at, s.timezone, s.day_close_hour),
        case when r.is_delayed then s.settlement_delay_days else 0 end
    into
        v_posting, v_entries, v_amount_entry, v_fee_entry, v_change, v_fee_change,
        v_reserved_change, v_day, v_delay
    from ledger.posting_rules as r
    cross join ledger.restaurants as s
    where r.event_type = p_event.event_type
        and r.payout_status = p_event.payout_status
        and (p_event.fee = 0 or r.fee_entry is not null)
        and s.restaurant_id = p_event.restaurant_id;
    if found then
        update ledger.account_balances as b
        set
            balance = b.balance + v_change,
            reserved = b.reserved + v_reserved_change,
            last_entry_seq = b.last_entry_seq + v_entries,
            last_entry_at = greatest(b.last_entry_at, p_now),
            last_event_at = greatest(b.last_event_at, p_event.occurred_at)
        where b.restaurant_id = p_event.restaurant_id
            and b.currency = p_event.currency
            and abs(b.balance + v_change) <= 9007199254740991
        returning
            b.balance, b.reserved, b.last_entry_seq - v_entries, b.last_entry_at, b.closed_through
        into v_balance, v_reserved, v_seq, v_recorded_at, v_closed_through;
    end if;
    if not found and p_event.payout_status is not null then
        v_posting := set_config('cuenta.is_posting', 'off', true);
        return null;
    end if;

    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, payout_id, payload
    )
    values (
        p_event.amount, p_event.fee, v_seq + 1, p_event.occurred_at, p_now,
        coalesce(v_entries, 0), p_event.restaurant_id, p_event.currency, p_event.provider,
        p_event.event_id, p_event.event_type, p_event.payout_id, p_event.payload
    )
    on conflict (provider, event_id) do nothing
    returning event_no into v_event_no;
    if not found then
        perform ledger.undo_move(p_event, v_change, v_reserved_change, v_seq);
        v_posting := set_config('cuenta.is_posting', 'off', true);
        return -1;
    elsif v_entries is null then
        return 0;
    end if;

    insert into ledger.ledger_entries (
        entry_seq, amount, balance_after, reserved_after, event_no, occurred_at, recorded_at,
        business_day, available_on, settlement_day, restaurant_id, currency, entry_type, payout_id
    )
    select
        v_seq + n.entry_no, n.amount, n.balance_after, v_reserved, v_event_no,
        p_event.occurred_at, v_recorded_at, v_day, v_day + v_delay,
        greatest(v_day + v_delay, v_closed_through + 1), p_event.restaurant_id, p_event.currency,
        n.entry_type, p_event.payout_id
    from (
        values
        (1, v_amount_entry, p_event.amount, v_balance - coalesce(v_fee_change, 0)),
        (2, v_fee_entry, p_event.fee, v_balance)
    ) as n (entry_no, entry_type, amount, balance_after)
    where n.entry_no <= v_entries;
    v_posting := set_config('cuenta.is_posting', 'off', true);
    return v_entries;
end;
$function$;

comment on function ledger.write_event(ledger.event_input, timestamptz)
is 'Moves an account by an event, claims the event''s id and writes its entries.';
