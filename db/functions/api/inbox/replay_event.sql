create or replace function api.replay_event(p_event_id text, p_provider text default 'default')
returns ledger.event_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.replay_event(2)
 *     Has an event that was refused, dismissed or waits evaluated again, as if it were told now:
 *     its latest document takes the path of every event. What is refused again is one more
 *     delivery; what still waits stays as it is.
 * Parameters:
 *     p_event_id  - the processor's id
 *     p_provider  - the processor
 * Returns:
 *     one row, as api.ingest_event; already_processed if it was posted before
 * Raises:
 *     LBARG  an argument is missing
 *     LNEVT  no such event was ever received
 *     LUDOC  its document was not kept whole
 *     LUOPR  it is what a person did: that is repeated by its own function
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone: try again
 * Calls:  ledger.require_event_named, ledger.replay_kept_event
 * Locks:  the account, then the event id; see ledger.post_event
 */
begin
    perform ledger.require_event_named(p_event_id, p_provider);
    return ledger.replay_kept_event(p_event_id, p_provider, clock_timestamp());
end;
$function$;

comment on function api.replay_event(text, text)
is 'Has an event that was refused, dismissed or waits evaluated again.';
