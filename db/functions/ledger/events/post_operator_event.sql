create or replace function ledger.post_operator_event(p_event jsonb, p_now timestamptz)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.post_operator_event(2)
 *     The path of what people do: an event of provider operator, with their reference as its id, so
 *     that a repeat posts nothing, and with who did it and why. It happens now.
 * Parameters:
 *     p_event  - the document: event_id (the reference), event_type, restaurant_id, currency,
 *                amount, reason, actor (null: the login), and what else its type names
 *     p_now    - the clock
 * Returns:
 *     the answer: processed, already_processed, conflict or rejected
 * Raises:
 *     LBARG  the reference or the reason is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone
 * Calls:  ledger.require_reason, ledger.require_actor, ledger.read_event,
 *         ledger.reject_invalid_event, ledger.answer_known_event, ledger.write_event,
 *         ledger.post_deferred
 * Reads:  ledger.processor_events
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_event ledger.event_fields;
    v_document jsonb;
    v_written record;
begin
    if p_event ->> 'event_id' is null then
        raise exception 'reference is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=reference';
    end if;
    v_document := jsonb_strip_nulls(p_event) || jsonb_build_object(
        'provider', 'operator', 'occurred_at', p_now,
        'reason', ledger.require_reason(p_event ->> 'reason'),
        'actor', ledger.require_actor(p_event ->> 'actor')
    );
    v_event := ledger.read_event(v_document, p_now);
    if v_event.event_id is null then
        return ledger.reject_invalid_event(v_document, p_now);
    end if;

    perform
    from ledger.processor_events as e
    where e.provider = v_event.provider
        and e.event_id = v_event.event_id;
    if found then
        return ledger.answer_known_event(v_event, v_document, p_now);
    end if;
    v_written := ledger.write_event(v_event, v_document, p_now, p_now);
    if v_written.are_waiting then
        perform ledger.post_deferred(v_event, p_now);
    end if;
    return v_written.answer;
end;
$function$;

comment on function ledger.post_operator_event(jsonb, timestamptz)
is 'The path of what people do: an event of provider operator.';
