create or replace function ledger.post_event(
    p_restaurant_id text,
    p_event ledger.event_input,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_event(3)
 *     The one posting path: takes one event of one restaurant, whether it came alone, in an array
 *     or by a replay, claims its id and writes its entries.
 * Parameters:
 *     p_restaurant_id  - the event's restaurant, first and scalar so that a
 *                        cluster can route the call
 *     p_event          - the event as ledger.read_event gives it, without an error
 *     p_now            - the clock
 * Returns:
 *     the answer: processed, already_processed, conflict or rejected
 * Calls:  ledger.answer_known_event, ledger.lock_account, ledger.open_account, ledger.reject_event,
 *         ledger.decide_payout_event, ledger.write_event_entries, ledger.answer_posted_event
 * Reads:  ledger.processor_events, ledger.posting_rules
 * Writes: ledger.processor_events, ledger.payouts
 * Locks:  the account, then the event id; a known event locks nothing
 */
declare
    -- The largest integer that every JSON reader holds exactly: 2^53 - 1.
    c_largest constant bigint := 9007199254740991;
    v_event ledger.event_input := p_event;
    v_account ledger.account_balances;
    v_rule ledger.posting_rules;
    v_event_no bigint;
    v_entry_count integer := 0;
begin
    if exists (
        select
        from ledger.processor_events as e
        where e.provider = p_event.provider
            and e.event_id = p_event.event_id
    ) then
        return ledger.answer_known_event(p_event, p_now);
    end if;

    v_account := ledger.lock_account(p_restaurant_id, p_event.currency);
    if v_account.restaurant_id is null and p_event.payout_status is null then
        perform ledger.open_account(p_restaurant_id, p_event.currency, p_now);
        v_account := ledger.lock_account(p_restaurant_id, p_event.currency);
    end if;

    -- All that may refuse the event comes before the claim, because a claim cannot be taken back.
    if p_event.payout_status is not null then
        v_event := ledger.decide_payout_event(p_event);
    end if;
    if v_event.code is null
        and abs(v_account.balance) + p_event.amount + p_event.fee > c_largest
    then
        v_event.code := 'BALANCE_OUT_OF_RANGE';
        v_event.message := 'the balance could leave the range of -(2^53 - 1) to 2^53 - 1';
        v_event.details := jsonb_build_object('field', 'amount');
    end if;
    if v_event.code is not null then
        return ledger.reject_event(v_event, 'rejected', p_now);
    end if;

    select r.*
    into v_rule
    from ledger.posting_rules as r
    where r.event_type = p_event.event_type
        and r.payout_status = case
            when p_event.payout_status is null then 'NONE' else v_event.payout_status
        end;
    if found then
        v_entry_count := cardinality(v_rule.entry_types)
            - (v_rule.takes_fee and p_event.fee = 0)::integer;
    end if;

    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, payout_id, content_hash, payload
    )
    values (
        p_event.amount, p_event.fee,
        case when v_entry_count > 0 then v_account.last_entry_seq + 1 end,
        p_event.occurred_at, p_now, v_entry_count, p_restaurant_id, p_event.currency,
        p_event.provider, p_event.event_id, p_event.event_type, p_event.payout_id,
        p_event.content_hash, p_event.payload
    )
    on conflict (provider, event_id) do nothing
    returning event_no into v_event_no;

    if not found then
        -- Another session posted the id for another restaurant after the look above.
        return ledger.answer_known_event(p_event, p_now);
    end if;
    if v_entry_count > 0 then
        perform ledger.write_event_entries(v_account, v_rule, p_event, v_event_no, p_now);
    end if;
    return ledger.answer_posted_event(p_event, v_entry_count, 'processed', p_now);
end;
$function$;

comment on function ledger.post_event(text, ledger.event_input, timestamptz)
is 'The one posting path: posts one event of one restaurant, at most once.';
