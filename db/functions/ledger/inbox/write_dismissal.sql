create or replace function ledger.write_dismissal(
    p_event_id text,
    p_provider text,
    p_rejection_no bigint,
    p_actor text,
    p_reason text,
    p_now timestamptz
)
returns boolean
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_dismissal(6)
 *     Writes that a person has dismissed a delivery that was refused, or an event that waits, which
 *     then waits no longer; what was refused of it before it waited is dismissed with it.
 * Parameters:
 *     p_event_id, p_provider  - the event, as far as they could be read
 *     p_rejection_no          - the delivery; null: the event waits
 *     p_actor                 - who
 *     p_reason                - why
 *     p_now                   - the clock
 * Returns:
 *     whether it is dismissed; else it waits no more
 * Calls:  ledger.lock_account, ledger.leave_deferred
 * Reads:  ledger.event_rejections, ledger.deferred_events
 * Writes: ledger.event_dismissals
 * Locks:  the account of an event that waits
 */
declare
    v_waiting record;
begin
    if p_rejection_no is not null then
        insert into ledger.event_dismissals (
            rejection_no, dismissed_at, received_at, restaurant_id, provider, event_id, status,
            code, actor, reason
        )
        select
            r.rejection_no, p_now, r.received_at, r.restaurant_id, r.provider, r.event_id,
            r.status, r.code, p_actor, p_reason
        from ledger.event_rejections as r
        where r.rejection_no = p_rejection_no
            and r.event_id is not distinct from p_event_id
            and r.provider is not distinct from p_provider
        on conflict (restaurant_id, rejection_no) do nothing;
        return true;
    end if;

    select d.restaurant_id, d.currency
    into v_waiting
    from ledger.deferred_events as d
    where d.event_id = p_event_id
        and d.provider = p_provider;
    perform ledger.lock_account(v_waiting.restaurant_id, v_waiting.currency);
    select d.restaurant_id, d.currency, d.deferred_no, d.received_at, d.code, d.payload
    into v_waiting
    from ledger.deferred_events as d
    where d.event_id = p_event_id
        and d.provider = p_provider
        and d.restaurant_id = v_waiting.restaurant_id
        and d.currency = v_waiting.currency;
    if not found then
        return false;
    end if;
    -- A refusal from before it waited, which would be open again; not one that came meanwhile.
    insert into ledger.event_dismissals (
        rejection_no, dismissed_at, received_at, restaurant_id, provider, event_id, status, code,
        actor, reason
    )
    select
        r.rejection_no, p_now, r.received_at, r.restaurant_id, r.provider, r.event_id, r.status,
        r.code, p_actor, p_reason
    from (
        select n.*
        from ledger.event_rejections as n
        where n.event_id = p_event_id
            and n.provider = p_provider
        order by n.rejection_no desc
        limit 1
    ) as r
    where r.received_at <= v_waiting.received_at
        and (r.received_at < v_waiting.received_at or r.status = 'rejected')
    on conflict (restaurant_id, rejection_no) do nothing;
    insert into ledger.event_dismissals (
        dismissed_at, received_at, restaurant_id, provider, event_id, status, code, actor, reason,
        payload
    )
    values (
        p_now, v_waiting.received_at, v_waiting.restaurant_id, p_provider, p_event_id, 'deferred',
        v_waiting.code, p_actor, p_reason, v_waiting.payload
    );
    perform ledger.leave_deferred(
        v_waiting.restaurant_id, v_waiting.currency, v_waiting.deferred_no
    );
    return true;
end;
$function$;

comment on function ledger.write_dismissal(text, text, bigint, text, text, timestamptz)
is 'Writes that a person has dismissed a delivery that was refused, or an event that waits.';
