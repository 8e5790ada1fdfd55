create or replace function ledger.replay_kept_event(
    p_event_id text,
    p_provider text,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.replay_kept_event(3)
 *     Has the latest document of an event evaluated again, as if it were told now.
 * Parameters:
 *     p_event_id, p_provider  - the event
 *     p_now                   - the clock
 * Returns:
 *     the answer
 * Raises:
 *     LNEVT  no such event was ever received
 *     LUDOC  its document was not kept whole
 *     LUOPR  it is what a person did, or pretends to be
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone
 * Calls:  ledger.find_kept_event, ledger.replay_deferred, ledger.post_event
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_kept record;
    v_answer ledger.event_answer;
begin
    select k.* into v_kept
    from ledger.find_kept_event(p_event_id, p_provider) as k;
    if not found then
        raise exception 'event % was never received', quote_literal(left(p_event_id, 128))
            using errcode = 'LNEVT', constraint = 'EVENT_NOT_FOUND',
                detail = format(
                    'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
                );
    -- What was refused of these may be a processor's forgery, which their own path would believe.
    elsif p_provider = 'operator' then
        raise exception 'what people do is repeated by its own function'
            using errcode = 'LUOPR', constraint = 'EVENT_OF_OPERATOR',
                detail = format('event_id=%s', left(p_event_id, 128)),
                hint = 'Call the function again with the same reference.';
    -- Members with wild numbers were left out: without its fee or metadata it is another event.
    elsif v_kept.code = 'NUMBER_OUT_OF_RANGE' or (
            right(v_kept.code, 8) = '_INVALID'
            and not v_kept.payload ? (v_kept.details ->> 'field')
            and (v_kept.payload -> 'metadata' -> (v_kept.details ->> 'field')) is null
        ) then
        raise exception 'the document of event % could not be kept whole',
            quote_literal(left(p_event_id, 128))
            using errcode = 'LUDOC', constraint = 'DOCUMENT_INCOMPLETE',
                detail = format('event_id=%s, code=%s', left(p_event_id, 128), v_kept.code),
                hint = 'Have the processor send it again, corrected.';
    end if;

    if v_kept.kind = 'deferred' then
        v_answer := ledger.replay_deferred(p_event_id, p_provider, p_now);
    end if;
    if v_answer.status is null then
        v_answer := ledger.post_event(v_kept.payload, p_now);
    end if;
    return v_answer;
end;
$function$;

comment on function ledger.replay_kept_event(text, text, timestamptz)
is 'Has the latest document of an event evaluated again, as if it were told now.';
