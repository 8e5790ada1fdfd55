create or replace function ledger.refuse_apart(
    p_event jsonb,
    p_is_of_unknown_timezone boolean,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.refuse_apart(3)
 *     Answers an item of an array that must not take the usual path, so that the others go on: its
 *     restaurant has a time zone that the server does not know (alone such an event is refused with
 *     22023, and sent again), or its account was missing when the accounts were locked, and locking
 *     it now would be out of turn.
 * Parameters:
 *     p_event                   - the document; it has no fault
 *     p_is_of_unknown_timezone  - the first of the two
 *     p_now                     - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.read_event, ledger.answer_known_event, ledger.decide_event, ledger.post_event,
 *         ledger.refuse_event
 * Reads:  ledger.processor_events
 */
declare
    v_event constant ledger.event_fields := ledger.read_event(p_event, p_now);
    v_decision ledger.event_decision;
begin
    perform
    from ledger.processor_events as e
    where e.provider = v_event.provider
        and e.event_id = v_event.event_id;
    if found then
        return ledger.answer_known_event(v_event, p_event, p_now);
    elsif v_event.provider = 'operator' then
        v_decision.code := 'PROVIDER_RESERVED';
    elsif p_is_of_unknown_timezone then
        v_decision.code := 'TIMEZONE_UNKNOWN';
    else
        v_decision := ledger.decide_event(v_event, p_event, false, p_now, null);
    end if;
    if v_decision.code is null then
        return ledger.post_event(p_event, p_now);
    end if;
    return ledger.refuse_event(v_event, p_event, v_decision, p_now, p_now);
end;
$function$;

comment on function ledger.refuse_apart(jsonb, boolean, timestamptz)
is 'Answers an item of an array that must not take the usual path.';
