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
 *     LBTXT  the reason or the actor is blank or too long
 *     22023  the server does not know the restaurant's time zone
 * Calls:  ledger.read_event, ledger.reject_invalid_event, ledger.answer_known_event,
 *         ledger.write_event, ledger.post_deferred
 * Reads:  ledger.processor_events
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_event ledger.event_fields;
    v_document jsonb;
    v_written record;
begin
    if p_event ->> 'event_id' is null or p_event ->> 'reason' is null then
        raise exception '% is missing',
            case when p_event ->> 'reason' is null then 'reason' else 'reference' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = format(
                    'argument=%s',
                    case when p_event ->> 'reason' is null then 'reason' else 'reference' end
                );
    elsif p_event ->> 'reason' !~ '[^[:space:]]' or length(p_event ->> 'reason') > 500 then
        raise exception 'reason must be 1 to 500 characters, and not blank'
            using errcode = 'LBTXT', constraint = 'TEXT_INVALID', detail = 'argument=reason';
    elsif p_event ->> 'actor' !~ '[^[:space:]]' or length(p_event ->> 'actor') > 128 then
        raise exception 'actor must be 1 to 128 characters, and not blank'
            using errcode = 'LBTXT', constraint = 'TEXT_INVALID', detail = 'argument=actor';
    end if;
    v_document := jsonb_strip_nulls(p_event) || jsonb_build_object(
        'provider', 'operator', 'occurred_at', p_now,
        'actor', coalesce(p_event ->> 'actor', session_user)
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
        perform ledger.post_deferred(v_event.restaurant_id, v_event.currency, p_now);
    end if;
    return v_written.answer;
end;
$function$;

comment on function ledger.post_operator_event(jsonb, timestamptz)
is 'The path of what people do: an event of provider operator.';
