create or replace function api.ingest_event(p_event jsonb)
returns ledger.event_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.ingest_event(1)
 *     Takes one event of the payment processor and posts it, at most once for ever. Sequential
 *     scans are off, because a plan that a session makes while the ledger is small stays with it.
 * Parameters:
 *     p_event  - a JSON object: event_id, event_type, occurred_at (with offset), restaurant_id,
 *                currency (ISO 4217), amount (integer, minor units); optional provider, fee
 *                (integer, minor units), metadata (object), payout_id; other fields are kept and
 *                ignored
 * Returns:
 *     one row. status is processed; already_processed: the same content was posted before, the rest
 *     of the row is that of the first time; conflict: the id was used with other content; rejected:
 *     not valid or not allowed. code, message and details say why the last two posted nothing
 * Raises:
 *     LBOBJ  p_event is not a JSON object
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone: send it again
 * Calls:  ledger.post_event
 * Locks:  the account, then the event id; see ledger.post_event
 */
begin
    if jsonb_typeof(p_event) = 'object' then
        return ledger.post_event(p_event, clock_timestamp());
    end if;
    raise exception 'an event is a JSON object, not %', coalesce(jsonb_typeof(p_event), 'nothing')
        using errcode = 'LBOBJ', constraint = 'EVENT_NOT_OBJECT',
            detail = format('type=%s', coalesce(jsonb_typeof(p_event), 'nothing')),
            hint = 'Several events at once go to ingest_events.';
end;
$function$;

comment on function api.ingest_event(jsonb)
is 'Takes one event of the payment processor and posts it, at most once for ever.';
