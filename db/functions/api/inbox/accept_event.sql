create or replace function api.accept_event(
    p_event_id text,
    p_reason text,
    p_provider text default 'default',
    p_actor text default null
)
returns ledger.event_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.accept_event(4)
 *     Posts a fact that a cap refused, because it happened: a dispute after a full refund, a charge
 *     at a closed restaurant. Once; who did it and why is kept with the event.
 * Parameters:
 *     p_event_id  - the processor's id
 *     p_reason    - why, 1 to 500 characters
 *     p_provider  - the processor
 *     p_actor     - who does it; null: the login
 * Returns:
 *     one row, as api.ingest_event; already_processed if it was posted before
 * Raises:
 *     LBARG  an argument is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LNEVT  no such event was ever received
 *     LUACC  it was refused for another reason, which no person can overrule, or waits
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone: try again
 * Calls:  ledger.require_event_named, ledger.require_reason, ledger.require_actor,
 *         ledger.find_kept_event, ledger.read_event, ledger.answer_known_event,
 *         ledger.lock_account, ledger.write_event, ledger.post_deferred
 * Reads:  ledger.processor_events
 * Writes: ledger.event_acceptances
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_now timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_kept record;
    v_event ledger.event_fields;
    v_written record;
    v_answer ledger.event_answer;
begin
    perform ledger.require_event_named(p_event_id, p_provider);
    perform ledger.require_reason(p_reason);
    select k.* into v_kept
    from ledger.find_kept_event(p_event_id, p_provider) as k;
    if not found then
        raise exception 'event % was never received', quote_literal(left(p_event_id, 128))
            using errcode = 'LNEVT', constraint = 'EVENT_NOT_FOUND',
                detail = format(
                    'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
                );
    elsif v_kept.kind <> 'processed'
        and v_kept.code not in ('AMOUNT_EXCEEDS_PAYMENT', 'RESTAURANT_CLOSED') then
        raise exception 'an event with the code % cannot be accepted', v_kept.code
            using errcode = 'LUACC', constraint = 'ACCEPTANCE_NOT_ALLOWED',
                detail = format('event_id=%s, code=%s', left(p_event_id, 128), v_kept.code),
                hint = 'AMOUNT_EXCEEDS_PAYMENT and RESTAURANT_CLOSED can.';
    end if;

    v_event := ledger.read_event(v_kept.payload, v_now);
    if v_kept.kind = 'processed' then
        return ledger.answer_known_event(v_event, v_kept.payload, v_now);
    end if;
    -- The clock is read under the lock: nothing that was told before is later than this.
    perform ledger.lock_account(v_event.restaurant_id, v_event.currency);
    v_now := clock_timestamp();
    -- Received when it was refused: so it is the event, not the refusal, that counts since then.
    v_written := ledger.write_event(
        v_event, v_kept.payload, v_kept.received_at, v_now, v_kept.code
    );
    v_answer := v_written.answer;
    if v_answer.status = 'processed' then
        insert into ledger.event_acceptances (
            event_no, accepted_at, restaurant_id, code, actor, reason
        )
        select e.event_no, v_now, e.restaurant_id, v_kept.code, v_actor, p_reason
        from ledger.processor_events as e
        where e.event_id = p_event_id
            and e.provider = p_provider;
    end if;
    if v_written.are_waiting then
        perform ledger.post_deferred(v_event, v_now);
    end if;
    return v_answer;
end;
$function$;

comment on function api.accept_event(text, text, text, text)
is 'Posts a fact that a cap refused, because it happened, once.';
