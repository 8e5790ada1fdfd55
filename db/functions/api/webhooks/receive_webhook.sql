create or replace function api.receive_webhook(
    p_source text,
    p_headers jsonb,
    p_query jsonb,
    p_body bytea
)
returns table (status text, content_type text, answer text, results jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.receive_webhook(4)
 *     Takes a signed webhook of a source: verifies it, reads it, and posts its events. Whatever
 *     becomes of them, a webhook that is signed is a success, because a processor that is told of
 *     errors stops sending: what is refused is in the inbox, what is no event is kept apart.
 * Parameters:
 *     p_source   - the source's name
 *     p_headers  - the request's headers, an object of texts
 *     p_query    - the parameters of its address, an object of texts
 *     p_body     - the bytes as they came
 * Returns:
 *     one row: accepted, the answer that this source wants to hear with its content type, and what
 *     became of each thing that the body tells
 * Raises:
 *     LAKEY  it is not signed as it must be, whatever is wrong
 *     LBARR, LBMAX  never: its events are an array, and not too many
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone: send it again
 *     40001  an id was told at this moment by another session, too: send it again
 * Calls:  inbound.require_authentic, inbound.read_webhook, inbound.post_readings,
 *         inbound.keep_webhook, inbound.write_results, inbound.name_adapter
 * Locks:  the accounts, then the event ids; see ledger.post_event; then what is kept
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_source inbound.sources;
    v_posted record;
begin
    v_source := inbound.require_authentic(p_source, p_headers, p_query, p_body, v_now);
    select t.* into v_posted
    from inbound.post_readings(
        v_source,
        array(
            select r::inbound.reading
            from inbound.read_webhook(v_source, p_query, p_body) as r
        ),
        v_now
    ) as t;

    perform inbound.keep_webhook(
        v_source.source,
        p_body,
        r.item_no::integer,
        row(r.outcome, r.kind, null, r.code, r.field, r.message)::inbound.reading,
        v_now
    )
    from unnest(v_posted.readings) with ordinality as r (
        outcome, kind, event, code, field, message, item_no
    )
    where r.outcome not in ('event', 'ignored');

    results := inbound.write_results(v_posted.readings, v_posted.answers);
    status := 'accepted';
    if inbound.name_adapter(v_source.source, v_source.scheme, v_source.settings) = 'adyen' then
        content_type := 'text/plain';
        answer := '[accepted]';
    else
        content_type := 'application/json';
        answer := jsonb_build_object('status', status, 'results', results)::text;
    end if;
    return next;
end;
$function$;

comment on function api.receive_webhook(text, jsonb, jsonb, bytea)
is 'Takes a signed webhook of a source, and posts its events.';
