create or replace function inbound.settle_webhook(
    p_kept inbound.kept_webhooks,
    p_readings inbound.reading[],
    p_actor text,
    p_now timestamptz
)
returns void
language plpgsql
volatile
as $function$
/*
 * Function: inbound.settle_webhook(4)
 *     After a body that is kept was read again: what is refused still stays, with the reason of
 *     today; the rest is closed. It is no delivery, and opens nothing that a person has closed.
 * Parameters:
 *     p_kept      - one of the things that the body tells
 *     p_readings  - all that it tells today
 *     p_actor     - who had it read
 *     p_now       - the clock
 * Writes: inbound.kept_webhooks
 * Locks:  all that is kept of the body, as its next delivery would
 */
begin
    perform
    from inbound.kept_webhooks as k
    where k.source = p_kept.source and k.body_digest = p_kept.body_digest
    order by k.item_no
    for update;
    insert into inbound.kept_webhooks as k (
        received_at, last_received_at, deliveries, item_no, source, outcome, kind, code, message,
        body_digest, body
    )
    select
        p_kept.received_at,
        p_kept.last_received_at,
        p_kept.deliveries,
        r.item_no,
        p_kept.source,
        r.outcome,
        left(r.kind, 128),
        r.code,
        left(r.message, 500),
        p_kept.body_digest,
        p_kept.body
    from unnest(p_readings) with ordinality as r (
        outcome, kind, event, code, field, message, item_no
    )
    where r.outcome not in ('event', 'ignored')
    order by r.item_no
    on conflict (source, body_digest, item_no) do update set
        outcome = excluded.outcome,
        kind = excluded.kind,
        code = excluded.code,
        message = excluded.message;
    update inbound.kept_webhooks as k
    set dismissed_at = p_now, dismissed_by = p_actor, reason = 'replayed'
    where k.source = p_kept.source
        and k.body_digest = p_kept.body_digest
        and k.dismissed_at is null
        and not exists (
            select
            from unnest(p_readings) with ordinality as r (
                outcome, kind, event, code, field, message, item_no
            )
            where r.item_no = k.item_no and r.outcome not in ('event', 'ignored')
        );
end;
$function$;

comment on function inbound.settle_webhook(
    inbound.kept_webhooks, inbound.reading[], text, timestamptz
)
is 'Closes what is kept of a body that was read again, but for what is refused still.';
