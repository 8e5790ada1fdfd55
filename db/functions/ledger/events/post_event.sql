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
 * Calls:  ledger.reject_event, ledger.answer_known_event, ledger.write_event,
 *         ledger.answer_posted_event, ledger.admit_event, ledger.move_payout
 * Reads:  ledger.processor_events
 * Locks:  the account, then the event id; an event whose id is in the book locks nothing
 */
declare
    v_event ledger.event_input;
    v_answer ledger.event_answer;
    v_entries integer;
begin
    if p_event.code is not null then
        return ledger.reject_event(p_event, 'rejected', p_now);
    end if;
    perform
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if found then
        return ledger.answer_known_event(p_event, p_now);
    end if;

    v_entries := ledger.write_event(p_event, p_now);
    if v_entries >= 0 then
        return ledger.answer_posted_event(p_event, v_entries, 'processed', p_now);
    elsif v_entries = -1 then
        -- Posted by another session after the look above: look again, with a new snapshot.
        return ledger.post_event(p_restaurant_id, p_event, p_now);
    end if;

    v_event := ledger.admit_event(p_event, p_now);
    -- What was decided under the lock may be the work of this very event, sent by another session.
    perform
    from ledger.processor_events as e
    where e.provider = p_event.provider
        and e.event_id = p_event.event_id;
    if found then
        return ledger.answer_known_event(p_event, p_now);
    elsif v_event.code is not null then
        return ledger.reject_event(v_event, 'rejected', p_now);
    end if;
    v_answer := ledger.post_event(p_restaurant_id, v_event, p_now);
    if v_answer.entries > 0 and v_answer.status = 'processed' and v_event.payout_id is not null then
        perform ledger.move_payout(v_event);
    end if;
    return v_answer;
end;
$function$;

comment on function ledger.post_event(text, ledger.event_input, timestamptz)
is 'The one posting path: posts one event of one restaurant, at most once.';
