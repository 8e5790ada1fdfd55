create or replace function ledger.post_event(p_event jsonb, p_now timestamptz)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_event(2)
 *     The path of one event, whatever it is: reads it, answers what is in the book already, has the
 *     rest decided and written, and then those that waited for it. ledger.post_events is the same
 *     for the many of an array that need no decision.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the answer: processed, already_processed, conflict, rejected or deferred
 * Raises:
 *     22023  the server does not know the restaurant's time zone
 *     LXRUL  a rule has vanished
 * Calls:  ledger.is_plain_event, ledger.read_event, ledger.reject_invalid_event,
 *         ledger.reject_event, ledger.answer_known_event, ledger.write_event, ledger.post_deferred
 * Reads:  ledger.processor_events
 * Locks:  the order for every writer: accounts, by (restaurant_id, currency), a missing one opened
 *         in its place; then event ids, claimed by inserting the events; then entries; the account
 *         moves last. What is in the book already is answered from it and locks nothing
 */
declare
    v_event ledger.event_fields;
    v_decision ledger.event_decision;
    v_written record;
begin
    if ledger.is_plain_event(p_event) then
        v_event := jsonb_populate_record(v_event, p_event);
        v_event.provider := coalesce(v_event.provider, 'default');
        v_event.fee := coalesce(v_event.fee, 0);
        v_event.payment_id := coalesce(
            v_event.payment_id, p_event -> 'metadata' ->> 'payment_id'
        );
    end if;
    if (
        v_event.occurred_at <= p_now
        and octet_length(concat(v_event.event_id, v_event.payment_id)) <= 128
        and octet_length(concat(v_event.provider, v_event.restaurant_id)) <= 64
    ) is not true then
        v_event := ledger.read_event(p_event, p_now);
        if v_event.event_id is null then
            return ledger.reject_invalid_event(p_event, p_now);
        elsif v_event.provider = 'operator' then
            v_decision.code := 'PROVIDER_RESERVED';
            return ledger.reject_event(v_event, p_event, v_decision, 'rejected', p_now);
        end if;
    end if;

    perform
    from ledger.processor_events as e
    where e.provider = v_event.provider
        and e.event_id = v_event.event_id;
    if found then
        return ledger.answer_known_event(v_event, p_event, p_now);
    end if;
    v_written := ledger.write_event(v_event, p_event, p_now, p_now);
    if v_written.are_waiting then
        perform ledger.post_deferred(v_event, p_now);
    end if;
    return v_written.answer;
end;
$function$;

comment on function ledger.post_event(jsonb, timestamptz)
is 'The path of one event: reads it, answers what is known, has the rest decided and written.';
