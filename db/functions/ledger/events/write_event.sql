create or replace function ledger.write_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_received_at timestamptz,
    p_now timestamptz,
    p_accepted text default null,
    out answer ledger.event_answer,
    out are_waiting boolean
)
returns record
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_event(5)
 *     Decides on a valid event under its account's lock, claims its id and that of its subject,
 *     writes its entries, moves the account. Nothing is written before everything is decided.
 * Parameters:
 *     p_event        - its fields
 *     p_document     - the document
 *     p_received_at  - when it was first received
 *     p_now          - the clock
 *     p_accepted     - the code of the one refusal that a person overrules; null: of none
 * Returns:
 *     answer       - the answer
 *     are_waiting  - whether it is written and other events of its account wait for something
 * Calls:  ledger.lock_account, ledger.decide_event, ledger.refuse_event, ledger.business_day,
 *         ledger.answer_waiting_event, ledger.answer_known_event, ledger.link_event,
 *         ledger.find_reversed_day, ledger.add_pending, ledger.make_answer
 * Reads:  ledger.posting_rules, ledger.account_balances, ledger.deferred_events
 * Writes: ledger.processor_events, ledger.ledger_entries, ledger.account_balances
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    -- Scalars: a composite that stays null costs each event without a decision 20,000 instructions.
    v_state text;
    v_subject_id text;
    v_payout_id text;
    v_available_on date;
    v_decision ledger.event_decision;
    v_has_account boolean;
    v_posting record;
    v_balance bigint;
    v_event_no bigint;
begin
    loop
        select
            r.amount_entry, r.fee_entry, r.may_be_pending, r.is_delayed, r.decided,
            b.last_entry_seq as seq, b.closed_through, b.settlement_delay_days as delay,
            b.is_closed, b.deferred_count,
            exists (
                select
                from ledger.deferred_events as d
                where d.provider = p_event.provider
                    and d.event_id = p_event.event_id
            ) as is_awaited,  -- its id, at whatever account
            case when r.amount_entry is null then 0 when p_event.fee = 0 then 1 else 2 end
            as entries,
            b.balance + r.amount_balance_effect * p_event.amount as balance,
            b.reserved + r.amount_reserved_effect * p_event.amount as reserved,
            b.held + r.amount_held_effect * p_event.amount as held,
            coalesce(r.fee_balance_effect * p_event.fee, 0) as fee_change,
            greatest(b.last_entry_at, p_now) as recorded_at,
            ledger.business_day(p_event.occurred_at, b.timezone, b.day_close_hour) as day
        into v_posting
        from ledger.posting_rules as r
        cross join ledger.account_balances as b
        where r.event_type = p_event.event_type
            and r.subject_state = coalesce(v_state, 'NEW')
            and (p_event.fee = 0 or r.fee_entry is not null)
            and b.restaurant_id = p_event.restaurant_id and b.currency = p_event.currency
        for no key update of b;
        exit when found and (
            v_state is not null
            or (v_posting.decided = 'never' and not v_posting.is_closed)
            or (
                v_posting.decided = 'if_named'
                and num_nulls(p_event.payment_id, p_event.refund_id, p_event.dispute_id) = 3
            )
        );
        v_has_account := ledger.lock_account(p_event.restaurant_id, p_event.currency);
        v_decision := ledger.decide_event(p_event, p_document, v_has_account, p_now, p_accepted);
        -- What it waits for may have come before there was a lock.
        continue when v_decision.first_type is not null and not v_has_account;
        if v_decision.code is not null then
            answer := ledger.refuse_event(p_event, p_document, v_decision, p_received_at, p_now);
            return;
        end if;
        v_state := v_decision.subject_state;
        v_subject_id := v_decision.subject_id;
        v_payout_id := v_decision.payout_id;
        v_available_on := v_decision.available_on;
    end loop;
    v_balance := v_posting.balance + v_posting.fee_change;
    if greatest(abs(v_balance), abs(v_posting.balance), v_posting.reserved, v_posting.held)
        > 9007199254740991 then
        v_decision.code := 'BALANCE_OUT_OF_RANGE';
        answer := ledger.refuse_event(p_event, p_document, v_decision, p_received_at, p_now);
        return;
    end if;
    if v_posting.is_awaited or v_posting.deferred_count > 0 then
        answer := ledger.answer_waiting_event(p_event, p_document, p_now);
        if answer.status is not null then
            return;
        end if;
    end if;

    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, subject_state, payout_id, payload, subject_id
    )
    values (
        p_event.amount, p_event.fee, case when v_posting.entries > 0 then v_posting.seq + 1 end,
        p_event.occurred_at, p_received_at, v_posting.entries, p_event.restaurant_id,
        p_event.currency, p_event.provider, p_event.event_id, p_event.event_type,
        nullif(v_state, 'NEW'), v_payout_id, p_document,
        case v_posting.decided when 'never' then p_event.payment_id else v_subject_id end
    )
    on conflict do nothing
    returning event_no into v_event_no;
    if not found then
        answer := ledger.answer_known_event(p_event, p_document, p_now);  -- another was faster
        return;
    elsif v_state is not null then
        perform ledger.link_event(p_event, p_document, v_decision, v_event_no);
        if v_available_on is not null then
            v_posting.day := greatest(v_posting.day, ledger.find_reversed_day(p_event, v_event_no));
        end if;
    end if;

    if v_posting.entries > 0 then
        v_available_on := coalesce(
            v_available_on,
            case
                when not v_posting.is_delayed then v_posting.day
                when p_event.available_on is null then v_posting.day + v_posting.delay
                else greatest(v_posting.day, p_event.available_on)
            end
        );
        insert into ledger.ledger_entries (
            entry_seq, amount, balance_after, reserved_after, held_after, event_no, recorded_at,
            business_day, available_on, settlement_day, restaurant_id, currency, entry_type,
            payout_id
        )
        select
            v_posting.seq + n.entry_no, n.amount, n.balance_after, v_posting.reserved,
            nullif(v_posting.held, 0), v_event_no, v_posting.recorded_at, v_posting.day,
            v_available_on, greatest(v_available_on, v_posting.closed_through + 1),
            p_event.restaurant_id, p_event.currency, n.entry_type, v_payout_id
        from (
            values
            (1, v_posting.amount_entry, p_event.amount, v_posting.balance),
            (2, v_posting.fee_entry, p_event.fee, v_balance)
        ) as n (entry_no, entry_type, amount, balance_after)
        where n.entry_no <= v_posting.entries;
        if v_posting.may_be_pending
            and (
                v_available_on > v_posting.day or p_event.occurred_at > v_posting.recorded_at
            ) then
            perform ledger.add_pending(p_event, v_event_no, v_available_on);
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
    answer := ledger.make_answer(p_event, 'processed', v_posting.entries, p_received_at);
    are_waiting := v_posting.deferred_count > 0;
end;
$function$;

comment on function ledger.write_event(
    ledger.event_fields, jsonb, timestamptz, timestamptz, text
)
is 'Decides on a valid event under its account''s lock, and writes it.';
