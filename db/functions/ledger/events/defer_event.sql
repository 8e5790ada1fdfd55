create or replace function ledger.defer_event(
    p_event ledger.event_fields,
    p_document jsonb,
    p_decision ledger.event_decision,
    p_received_at timestamptz,
    p_now timestamptz
)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.defer_event(5)
 *     Keeps an event that waits for what it refers to; told again, it still waits, and is counted.
 * Parameters:
 *     p_event        - its fields; the caller has locked the account
 *     p_document     - the document
 *     p_decision     - what it waits for
 *     p_received_at  - when it was first received
 *     p_now          - the clock
 * Returns:
 *     the answer: deferred; conflict, if its id waits with other content
 * Calls:  ledger.list_differences, ledger.reject_event, ledger.make_answer
 * Reads:  ledger.deferred_events, ledger.rejection_reasons
 * Writes: ledger.deferred_events, ledger.account_balances
 */
declare
    v_is_new boolean;
    v_known record;
    v_fields jsonb;
    v_conflict ledger.event_decision;
    v_answer ledger.event_answer;
begin
    insert into ledger.deferred_events (
        occurred_at, received_at, restaurant_id, currency, provider, event_id, event_type,
        first_type, subject_id, code, payload
    )
    values (
        p_event.occurred_at, p_received_at, p_event.restaurant_id, p_event.currency,
        p_event.provider, p_event.event_id, p_event.event_type, p_decision.first_type,
        p_decision.subject_id, p_decision.code, p_document
    )
    on conflict (provider, event_id) do nothing;
    v_is_new := found;
    if v_is_new then
        update ledger.account_balances as b
        set deferred_count = b.deferred_count + 1
        where b.restaurant_id = p_event.restaurant_id
            and b.currency = p_event.currency;
    end if;

    select d.payload, d.received_at
    into v_known
    from ledger.deferred_events as d
    where d.provider = p_event.provider
        and d.event_id = p_event.event_id;
    v_fields := ledger.list_differences(v_known.payload, p_document, p_event.provider);
    if v_fields is not null then
        v_conflict.code := 'EVENT_ID_REUSED';
        v_conflict.details := jsonb_build_object('fields', v_fields);
        return ledger.reject_event(p_event, p_document, v_conflict, 'conflict', p_now);
    elsif not v_is_new then  -- of this account: its content is the same
        update ledger.deferred_events as d
        set deliveries = d.deliveries + 1,
            last_received_at = p_now
        where d.provider = p_event.provider
            and d.event_id = p_event.event_id;
    end if;

    v_answer := ledger.make_answer(p_event, 'deferred', 0, v_known.received_at);
    v_answer.code := p_decision.code;
    v_answer.details := jsonb_build_object(
        'event_type', p_decision.first_type, 'subject_id', p_decision.subject_id
    );
    select r.message
    into v_answer.message
    from ledger.rejection_reasons as r
    where r.code = p_decision.code;
    return v_answer;
end;
$function$;

comment on function ledger.defer_event(
    ledger.event_fields, jsonb, ledger.event_decision, timestamptz, timestamptz
)
is 'Keeps an event that waits for what it refers to.';
