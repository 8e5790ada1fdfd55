create or replace function ledger.post_event(p_event jsonb, p_now timestamptz)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_event(2)
 *     The path of one event, whatever it is: reads it, decides under its account's lock, claims its
 *     id, writes its entries, moves the account. Nothing is written before everything is decided.
 *     ledger.post_events is the same for the many of an array that need no decision.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the answer: processed, already_processed, conflict or rejected
 * Raises:
 *     22023  the server does not know the restaurant's time zone
 *     LXRUL  a rule has vanished
 * Calls:  ledger.is_plain_event, ledger.read_event, ledger.reject_invalid_event,
 *         ledger.answer_known_event, ledger.lock_account, ledger.decide_event,
 *         ledger.refuse_event, ledger.business_day, ledger.move_payout, ledger.make_answer
 * Reads:  ledger.posting_rules, ledger.account_balances, ledger.entry_types
 * Writes: ledger.processor_events, ledger.ledger_entries, ledger.pending_days,
 *         ledger.account_balances
 * Locks:  the order for every writer: accounts, by (restaurant_id, currency), a missing one opened
 *         in its place; then event ids, claimed by inserting the events; then entries; the account
 *         moves last. What is in the book already is answered from it and locks nothing
 */
declare
    v_event ledger.event_fields;
    v_decision ledger.event_decision;
    v_state text := 'NEW';
    v_entries integer;
    v_amount_entry text;
    v_fee_entry text;
    v_balance bigint;
    v_fee_change bigint;
    v_last_balance bigint;
    v_reserved bigint;
    v_held bigint;
    v_seq bigint;
    v_recorded_at timestamptz;
    v_closed_through date;
    v_day date;
    v_delay integer;
    v_is_delayed boolean;
    v_available_on date;
    v_event_no bigint;
begin
    if ledger.is_plain_event(p_event) then
        v_event := jsonb_populate_record(v_event, p_event);
        v_event.provider := coalesce(v_event.provider, 'default');
        v_event.fee := coalesce(v_event.fee, 0);
    end if;
    if (
        v_event.occurred_at <= p_now
        and octet_length(v_event.event_id) <= 128
        and octet_length(concat(v_event.provider, v_event.restaurant_id)) <= 64
    ) is not true then
        v_event := ledger.read_event(p_event, p_now);
        if v_event.event_id is null then
            return ledger.reject_invalid_event(p_event, p_now);
        end if;
    end if;

    perform
    from ledger.processor_events as e
    where e.provider = v_event.provider
        and e.event_id = v_event.event_id;
    if found then
        return ledger.answer_known_event(v_event, p_event, p_now);
    end if;

    loop
        select
            case when r.amount_entry is null then 0 when v_event.fee = 0 then 1 else 2 end,
            r.amount_entry,
            r.fee_entry,
            b.balance + r.amount_balance_effect * v_event.amount,
            r.fee_balance_effect * v_event.fee,
            b.reserved + r.amount_reserved_effect * v_event.amount,
            b.held + r.amount_held_effect * v_event.amount,
            b.last_entry_seq,
            greatest(b.last_entry_at, p_now),
            b.closed_through,
            ledger.business_day(v_event.occurred_at, b.timezone, b.day_close_hour),
            b.settlement_delay_days,
            r.is_delayed
        into
            v_entries, v_amount_entry, v_fee_entry, v_balance, v_fee_change, v_reserved, v_held,
            v_seq, v_recorded_at, v_closed_through, v_day, v_delay, v_is_delayed
        from ledger.posting_rules as r
        cross join ledger.account_balances as b
        where r.event_type = v_event.event_type
            and r.subject_state = v_state
            and (v_event.fee = 0 or r.fee_entry is not null)
            and b.restaurant_id = v_event.restaurant_id
            and b.currency = v_event.currency
        for no key update of b;
        exit when found;

        if v_decision.subject_state is not null then
            raise exception 'no rule for % of a subject that is %', v_event.event_type, v_state
                using errcode = 'LXRUL', constraint = 'RULE_VANISHED',
                    detail = format('event_type=%s, state=%s', v_event.event_type, v_state);
        end if;
        v_decision := ledger.decide_event(
            v_event, p_event, ledger.lock_account(v_event.restaurant_id, v_event.currency), p_now
        );
        if v_decision.code is not null then
            return ledger.refuse_event(v_event, p_event, v_decision, p_now);
        end if;
        v_state := v_decision.subject_state;
    end loop;
    v_last_balance := v_balance + coalesce(v_fee_change, 0);
    if greatest(abs(v_last_balance), v_reserved, v_held) > 9007199254740991 then
        v_decision.code := 'BALANCE_OUT_OF_RANGE';
        return ledger.refuse_event(v_event, p_event, v_decision, p_now);
    end if;

    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, subject_state, payout_id, payload
    )
    values (
        v_event.amount, v_event.fee, case when v_entries > 0 then v_seq + 1 end,
        v_event.occurred_at, p_now, v_entries, v_event.restaurant_id, v_event.currency,
        v_event.provider, v_event.event_id, v_event.event_type, nullif(v_state, 'NEW'),
        v_decision.payout_id, p_event
    )
    on conflict (provider, event_id) do nothing
    returning event_no into v_event_no;
    if not found then
        -- Another session was faster.
        return ledger.answer_known_event(v_event, p_event, p_now);
    end if;

    if v_decision.payout_id is not null then
        perform ledger.move_payout(v_event, p_event, v_decision);
    end if;
    if v_entries > 0 then
        v_available_on := v_day;
        if v_is_delayed then
            v_available_on := v_day + v_delay;
        end if;
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, held_after, event_no, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type,
            payout_id
        )
        select
            v_seq + n.entry_no, n.amount, n.balance_after, v_reserved, nullif(v_held, 0),
            v_event_no, v_recorded_at, v_day, v_available_on,
            greatest(v_available_on, v_closed_through + 1), v_event.restaurant_id,
            v_event.currency, n.entry_type, v_decision.payout_id
        from (
            values
            (1, v_amount_entry, v_event.amount, v_balance),
            (2, v_fee_entry, v_event.fee, v_last_balance)
        ) as n (entry_no, entry_type, amount, balance_after)
        where n.entry_no <= v_entries;

        if v_is_delayed and (v_delay > 0 or v_event.occurred_at > p_now) then
            insert into ledger.pending_days as d (amount, available_on, restaurant_id, currency)
            select
                n.balance_effect * v_event.amount + coalesce(v_fee_change, 0), v_available_on,
                v_event.restaurant_id, v_event.currency
            from ledger.entry_types as n
            where n.entry_type = v_amount_entry
            on conflict (restaurant_id, currency, available_on)
            do update set amount = d.amount + excluded.amount;
        end if;

        update ledger.account_balances as b
        set
            balance = v_last_balance,
            reserved = v_reserved,
            held = v_held,
            last_entry_seq = v_seq + v_entries,
            last_entry_at = v_recorded_at,
            last_event_at = greatest(b.last_event_at, v_event.occurred_at)
        where b.restaurant_id = v_event.restaurant_id
            and b.currency = v_event.currency;
    end if;
    return ledger.make_answer(v_event, 'processed', v_entries, p_now);
end;
$function$;

comment on function ledger.post_event(jsonb, timestamptz)
is 'The path of one event: reads, decides, claims, writes.';
