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
 *     or by a replay, claims its id, writes its entries and moves the account.
 * Parameters:
 *     p_restaurant_id  - the event's restaurant, first, so that a cluster can route the call
 *     p_event          - the event as ledger.read_event gives it
 *     p_now            - the clock
 * Returns:
 *     the answer: processed, already_processed, conflict or rejected
 * Calls:  ledger.reject_event, ledger.answer_posted_event, ledger.answer_conflict,
 *         ledger.lock_account, ledger.admit_event, ledger.write_event_entries
 * Reads:  ledger.processor_events
 * Writes: ledger.processor_events
 * Locks:  the account, then the event id; an event whose id is in the book locks nothing
 */
declare
    v_event ledger.event_input;
    v_account ledger.account_state;
    v_known record;
    v_event_no bigint;
    v_entries integer;
begin
    if p_event.code is not null then
        return ledger.reject_event(p_event, 'rejected', p_now);
    end if;
    select
        e.entry_count,
        e.received_at,
        e.content_hash = p_event.content_hash as is_same
    into v_known
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if v_known.is_same then
        return ledger.answer_posted_event(
            p_event, v_known.entry_count, 'already_processed', v_known.received_at
        );
    elsif found then
        return ledger.answer_conflict(p_event, p_now);
    end if;

    v_account := ledger.lock_account(
        p_restaurant_id, p_event.currency, p_event.event_type, 'NONE'
    );
    -- What is not plain is decided before the claim, because a claim cannot be taken back.
    if (
        v_account.amount_entry is not null
        and (p_event.fee = 0 or v_account.fee_entry is not null)
        and abs(v_account.balance) + p_event.amount + p_event.fee <= 9007199254740991
    ) is not true then
        v_event := ledger.admit_event(p_event, p_now);
        if v_event.code is not null then
            return ledger.reject_event(v_event, 'rejected', p_now);
        end if;
        v_account := ledger.lock_account(
            p_restaurant_id, p_event.currency, p_event.event_type, v_event.payout_status
        );
    end if;

    v_entries := case
        when v_account.amount_entry is null then 0 when p_event.fee = 0 then 1 else 2
    end;
    insert into ledger.processor_events (
        amount, fee, first_entry_seq, occurred_at, received_at, entry_count, restaurant_id,
        currency, provider, event_id, event_type, payout_id, content_hash, payload
    )
    values (
        p_event.amount, p_event.fee, case when v_entries > 0 then v_account.last_entry_seq + 1 end,
        p_event.occurred_at, p_now, v_entries, p_restaurant_id, p_event.currency, p_event.provider,
        p_event.event_id, p_event.event_type, v_event.payout_id, p_event.content_hash,
        p_event.payload
    )
    on conflict (provider, event_id) do nothing
    returning event_no into v_event_no;

    if not found then
        -- Posted by another session after the look above: look again, with a new snapshot.
        return ledger.post_event(p_restaurant_id, p_event, p_now);
    elsif v_entries > 0 then
        v_entries := ledger.write_event_entries(
            p_event, v_account, v_event_no, v_event.payout_id, v_entries, p_now
        );
    end if;
    return ledger.answer_posted_event(p_event, v_entries, 'processed', p_now);
end;
$function$;

comment on function ledger.post_event(text, ledger.event_input, timestamptz)
is 'The one posting path: posts one event of one restaurant, at most once.';
