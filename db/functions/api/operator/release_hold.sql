create or replace function api.release_hold(
    p_hold_id text,
    p_amount bigint,
    p_reason text,
    p_reference text,
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
 * Function: api.release_hold(5)
 *     Releases money that was held back, all of it or a part: never more than is left of its hold.
 * Parameters:
 *     p_hold_id    - the hold: the reference of hold_funds
 *     p_amount     - minor units
 *     p_reason     - why, 1 to 500 characters; shown wherever the event is
 *     p_reference  - the caller's own id of this, once for ever: a repeat posts nothing
 *     p_actor      - who does it; null: the login
 * Returns:
 *     one row, as api.ingest_event
 * Raises:
 *     LBARG  the reference or the reason is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LNHLD  there is no such hold
 *     LXRUL  a rule has vanished
 * Calls:  ledger.post_operator_event
 * Reads:  ledger.processor_events
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_hold record;
begin
    select e.restaurant_id, e.currency
    into v_hold
    from ledger.processor_events as e
    where e.provider = 'operator'
        and e.event_id = p_hold_id
        and e.event_type = 'funds_held';
    if not found then
        raise exception 'hold % does not exist', quote_literal(left(p_hold_id, 128))
            using errcode = 'LNHLD', constraint = 'HOLD_NOT_FOUND',
                detail = format('hold_id=%s', left(p_hold_id, 128));
    end if;
    return ledger.post_operator_event(
        jsonb_build_object(
            'event_id', p_reference, 'event_type', 'funds_released', 'restaurant_id',
            v_hold.restaurant_id, 'currency', v_hold.currency, 'amount', p_amount, 'reason',
            p_reason, 'actor', p_actor, 'hold_id', p_hold_id
        ),
        clock_timestamp()
    );
end;
$function$;

comment on function api.release_hold(
    text, bigint, text, text, text
)
is 'Releases money that was held back.';
