create or replace function ledger.replay_deferred(
    p_event_id text,
    p_provider text,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.replay_deferred(3)
 *     Decides again on an event that waits, and on those that wait for it. It is here once or not
 *     at all: it goes from here in the transaction in which it is posted or refused.
 * Parameters:
 *     p_event_id, p_provider  - the event
 *     p_now                   - the clock
 * Returns:
 *     the answer; null if it does not wait any more
 * Raises:
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone
 * Calls:  ledger.lock_account, ledger.read_event, ledger.reject_invalid_event,
 *         ledger.write_event, ledger.keep_told_event, ledger.leave_deferred,
 *         ledger.post_deferred
 * Reads:  ledger.deferred_events
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_waiting record;
    v_event ledger.event_fields;
    v_written record;
    v_answer ledger.event_answer;
begin
    select d.restaurant_id, d.currency
    into v_waiting
    from ledger.deferred_events as d
    where d.event_id = p_event_id
        and d.provider = p_provider;
    if not found then
        return null;
    end if;
    perform ledger.lock_account(v_waiting.restaurant_id, v_waiting.currency);
    select d.restaurant_id, d.currency, d.deferred_no, d.received_at, d.payload
    into v_waiting
    from ledger.deferred_events as d
    where d.event_id = p_event_id
        and d.provider = p_provider
        and d.restaurant_id = v_waiting.restaurant_id
        and d.currency = v_waiting.currency;
    if not found then
        return null;
    end if;

    v_event := ledger.read_event(v_waiting.payload, p_now);
    if v_event.event_id is null then
        v_answer := ledger.reject_invalid_event(v_waiting.payload, p_now);
    else
        v_written := ledger.write_event(
            v_event, v_waiting.payload, v_waiting.received_at, p_now
        );
        v_answer := v_written.answer;
        perform ledger.keep_told_event(v_event, v_waiting.payload, v_answer, p_now);
    end if;
    if v_answer.status <> 'deferred' then
        perform ledger.leave_deferred(
            v_waiting.restaurant_id, v_waiting.currency, v_waiting.deferred_no
        );
    end if;
    if v_answer.status = 'processed' then  -- what is refused brings nothing that others wait for
        perform ledger.post_deferred(v_event, p_now);
    end if;
    return v_answer;
end;
$function$;

comment on function ledger.replay_deferred(text, text, timestamptz)
is 'Decides again on an event that waits, and on those that wait for it.';
