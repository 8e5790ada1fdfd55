create or replace function api.replay_events(p_code text, p_limit integer default 100)
returns table (
    item integer, status text, event_id text, provider text, restaurant_id text, currency text,
    event_type text, entries integer, code text, message text, details jsonb,
    received_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.replay_events(2)
 *     Replays the events that are open in the inbox with one code, when its cause is mended: those
 *     that were evaluated longest ago, so that calling again goes on. One that fails does not stop
 *     the others.
 * Parameters:
 *     p_code   - why they were refused or wait; see db/ERRORS.md
 *     p_limit  - the most, 1 to 500, in this transaction
 * Returns:
 *     a row an event: a number from 1, then the columns of api.ingest_event. status may also be
 *     failed, code is a SQLSTATE then: nothing was done, it is in the inbox as it was
 * Raises:
 *     LBARG  the code is missing
 *     LBLIM  the limit is out of range
 *     LURCD  the code is not one of ledger.rejection_reasons
 *     LNEVT, LUDOC, LUOPR, LXRUL  never: they are answered as failed
 * Calls:  ledger.require_limit, ledger.require_reason_code, ledger.find_replays,
 *         ledger.replay_apart
 * Locks:  the accounts, one after the other in key order, each before its event ids
 */
declare
    v_limit constant integer := ledger.require_limit(p_limit);
    r_event record;
begin
    if ledger.require_reason_code(p_code) is null then
        raise exception 'code is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=code';
    end if;
    item := 0;
    for r_event in
        select f.event_id, f.provider
        from ledger.find_replays(p_code, v_limit) as f
    loop
        item := item + 1;
        select
            a.status, a.event_id, a.provider, a.restaurant_id, a.currency, a.event_type,
            a.entries, a.code, a.message, a.details, a.received_at
        into
            status, event_id, provider, restaurant_id, currency, event_type,
            entries, code, message, details, received_at
        from ledger.replay_apart(r_event.event_id, r_event.provider, clock_timestamp()) as a;
        return next;
    end loop;
end;
$function$;

comment on function api.replay_events(text, integer)
is 'Replays the events that are open in the inbox with one code.';
