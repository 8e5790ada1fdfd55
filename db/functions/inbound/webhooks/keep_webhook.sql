create or replace function inbound.keep_webhook(
    p_source text,
    p_body bytea,
    p_item_no integer,
    p_reading inbound.reading,
    p_now timestamptz
)
returns void
language sql
volatile
as $function$
/*
 * Function: inbound.keep_webhook(5)
 *     Keeps for a person what became no event. Sent again it is counted, and open again.
 * Parameters:
 *     p_source   - who sent it
 *     p_body     - the bytes
 *     p_item_no  - which of the things that the body tells, from 1
 *     p_reading  - what it is
 *     p_now      - the clock
 * Writes: inbound.kept_webhooks
 */
    insert into inbound.kept_webhooks as k (
        received_at, last_received_at, item_no, source, outcome, kind, code, message, body_digest,
        body
    )
    values (
        p_now,
        p_now,
        p_item_no,
        p_source,
        p_reading.outcome,
        left(p_reading.kind, 128),
        p_reading.code,
        left(p_reading.message, 500),
        sha256(p_body),
        p_body
    )
    on conflict (source, body_digest, item_no) do update set
        last_received_at = excluded.last_received_at,
        deliveries = k.deliveries + 1,
        dismissed_at = null,
        dismissed_by = null,
        reason = null,
        outcome = excluded.outcome,
        kind = excluded.kind,
        code = excluded.code,
        message = excluded.message;
$function$;

comment on function inbound.keep_webhook(
    text, bytea, integer, inbound.reading, timestamptz
)
is 'Keeps for a person what became no event.';
