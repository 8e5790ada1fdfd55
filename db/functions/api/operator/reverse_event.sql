create or replace function api.reverse_event(
    p_event_id text,
    p_reason text,
    p_reference text,
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
 * Function: api.reverse_event(5)
 *     Takes back an event that was a mistake: posts the mirror of each of its entries, once.
 *     Refused while refunds or disputes stand on a charge; a charge taken back is not refundable
 *     any more, and what a refund took can be refunded again.
 * Parameters:
 *     p_event_id   - the event to take back
 *     p_reason     - why, 1 to 500 characters; shown wherever the event is
 *     p_reference  - the caller's own id of this, once for ever: a repeat posts nothing
 *     p_provider   - who told of that event; operator: a person
 *     p_actor      - who does it; null: the login
 * Returns:
 *     one row, as api.ingest_event
 * Raises:
 *     LBARG  the reference or the reason is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LNEVT  there is no such event
 *     LXRUL  a rule has vanished
 * Calls:  ledger.post_operator_event
 * Reads:  ledger.processor_events
 * Locks:  the account, then the event id; see ledger.post_event
 */
declare
    v_reversed record;
begin
    select e.restaurant_id, e.currency, e.amount, e.fee
    into v_reversed
    from ledger.processor_events as e
    where e.provider = p_provider
        and e.event_id = p_event_id;
    if not found then
        raise exception 'event % is not in the book', quote_literal(left(p_event_id, 128))
            using errcode = 'LNEVT', constraint = 'EVENT_NOT_FOUND',
                detail = format(
                    'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
                );
    end if;
    return ledger.post_operator_event(
        jsonb_build_object(
            'event_id', p_reference, 'event_type', 'event_reversed', 'restaurant_id',
            v_reversed.restaurant_id, 'currency', v_reversed.currency, 'amount', v_reversed.amount,
            'fee', v_reversed.fee, 'reason', p_reason, 'actor', p_actor, 'reversed_event_id',
            p_event_id, 'reversed_provider', p_provider
        ),
        clock_timestamp()
    );
end;
$function$;

comment on function api.reverse_event(
    text, text, text, text, text
)
is 'Takes back an event that was a mistake.';
