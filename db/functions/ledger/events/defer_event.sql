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
 * Calls:  ledger.answer_waiting_event, ledger.make_answer
 * Reads:  ledger.rejection_reasons
 * Writes: ledger.deferred_events, ledger.event_deferrals, ledger.account_balances
 */
declare
    v_is_new boolean;
    v_received_at timestamptz := p_received_at;
    v_answer ledger.event_answer;
begin
    with waiting as (
        insert into ledger.deferred_events (
            occurred_at, received_at, restaurant_id, currency, provider, event_id, event_type,
            first_type, subject_id, code, payload
        )
        values (
            p_event.occurred_at, p_received_at, p_event.restaurant_id, p_event.currency,
            p_event.provider, p_event.event_id, p_event.event_type, p_decision.first_type,
            p_decision.subject_id, p_decision.code, p_document
        )
        on conflict (provider, event_id) do nothing
        returning deferred_no, received_at, restaurant_id, provider, event_id, payload
    )

    insert into ledger.event_deferrals (
        deferred_no, received_at, restaurant_id, provider, event_id, payload
    )
    select w.* from waiting as w;
    v_is_new := found;
    if v_is_new then
        update ledger.account_balances as b
        set deferred_count = b.deferred_count + 1
        where b.restaurant_id = p_event.restaurant_id
            and b.currency = p_event.currency;
    end if;

    if not v_is_new then
        v_answer := ledger.answer_waiting_event(p_event, p_document, p_now);
        if v_answer.status is not null then
            return v_answer;
        end if;
        update ledger.deferred_events as d
        set deliveries = d.deliveries + 1,
            last_received_at = p_now
        where d.provider = p_event.provider
            and d.event_id = p_event.event_id
        returning d.received_at into v_received_at;
    end if;

    v_answer := ledger.make_answer(p_event, 'deferred', 0, v_received_at);
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
