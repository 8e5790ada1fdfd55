create or replace function ledger.write_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_event(3)
 *     Decides on a valid event under its account's lock, claims its id, writes its entries, moves
 *     the account. Nothing is written before everything is decided.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_now       - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.lock_account, ledger.decide_event, ledger.refuse_event, ledger.business_day,
 *         ledger.answer_known_event, ledger.move_payout, ledger.add_pending, ledger.make_answer
 * Reads:  ledger.posting_rules, ledger.account_balances
 * Writes: ledger.processor_events, ledger.ledger_entries, ledger.account_balances
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_decision ledger.event_decision;
    v_posting record;
    v_balance bigint;
    v_event_no bigint;
begin
    loop
        select
            r.amount_entry, r.fee_entry, r.is_delayed, b.last_entry_seq as seq, b.closed_through,
            case when r.amount_entry is null then 0 when p_event.fee = 0 then 1 else 2 end
            as entries,
            b.balance + r.amount_balance_effect * p_event.amount as balance,
            b.reserved + r.amount_reserved_effect * p_event.amount as reserved,
            b.held + r.amount_held_effect * p_event.amount as held,
            coalesce(r.fee_balance_effect * p_event.fee, 0) as fee_change,
            greatest(b.last_entry_at, p_now) as recorded_at,
            ledger.business_day(p_event.occurred_at, b.timezone, b.day_close_hour) as day,
            case when r.is_delayed then b.settlement_delay_days else 0 end as delay
        into v_posting
        from ledger.posting_rules as r
        cross join ledger.account_balances as b
        where r.event_type = p_event.event_type
            and r.subject_state = coalesce(v_decision.subject_state, 'NEW')
            and (p_event.fee = 0 or r.fee_entry is not null)
            and b.restaurant_id = p_event.restaurant_id and b.currency = p_event.currency
        for no key update of b;
        exit when found;
        v_decision := ledger.decide_event(
            p_event, p_document, ledger.lock_account(p_event.restaurant_id, p_event.currency), p_now
        );
        if v_decision.code is not null then
            return ledger.refuse_event(p_event, p_document, v_decision, p_now);
        end if;
    end loop;
    v_balance := v_posting.balance + v_posting.fee_change;
    if greatest(abs(v_balance), v_posting.reserved, v_posting.held) > 9007199254740991 then
        v_decision.code := 'BALANCE_OUT_OF_RANGE';
        return ledger.refuse_event(p_event, p_document, v_decision, p_now);
    end if;

    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, subject_state, payout_id, payload
    )
    values (
        p_event.amount, p_event.fee, case when v_posting.entries > 0 then v_posting.seq + 1 end,
        p_event.occurred_at, p_now, v_posting.entries, p_event.restaurant_id, p_event.currency,
        p_event.provider, p_event.event_id, p_event.event_type,
        nullif(v_decision.subject_state, 'NEW'), v_decision.payout_id, p_document
    )
    on conflict (provider, event_id) do nothing
    returning event_no into v_event_no;
    if not found then
        return ledger.answer_known_event(p_event, p_document, p_now);  -- another one was faster
    elsif v_decision.payout_id is not null then
        perform ledger.move_payout(p_event, p_document, v_decision);
    end if;

    if v_posting.entries > 0 then
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, held_after, event_no, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type,
            payout_id
        )
        select
            v_posting.seq + n.entry_no, n.amount, n.balance_after, v_posting.reserved,
            nullif(v_posting.held, 0), v_event_no, v_posting.recorded_at, v_posting.day,
            v_posting.day + v_posting.delay,
            greatest(v_posting.day + v_posting.delay, v_posting.closed_through + 1),
            p_event.restaurant_id, p_event.currency, n.entry_type, v_decision.payout_id
        from (
            values
            (1, v_posting.amount_entry, p_event.amount, v_posting.balance),
            (2, v_posting.fee_entry, p_event.fee, v_balance)
        ) as n (entry_no, entry_type, amount, balance_after)
        where n.entry_no <= v_posting.entries;
        if v_posting.is_delayed and (v_posting.delay > 0 or p_event.occurred_at > p_now) then
            perform ledger.add_pending(p_event, v_event_no, v_posting.day + v_posting.delay);
        end if;
        update ledger.account_balances as b
        set
            balance = v_balance,
            reserved = v_posting.reserved,
            held = v_posting.held,
            last_entry_seq = v_posting.seq + v_posting.entries,
            last_entry_at = v_posting.recorded_at,
            last_event_at = greatest(b.last_event_at, p_event.occurred_at)
        where b.restaurant_id = p_event.restaurant_id and b.currency = p_event.currency;
    end if;
    return ledger.make_answer(p_event, 'processed', v_posting.entries, p_now);
end;
$function$;

comment on function ledger.write_event(ledger.event_fields, jsonb, timestamptz)
is 'Decides on a valid event under its account''s lock, and writes it.';
