create or replace function api.replay_webhook(
    p_webhook_no bigint,
    p_actor text default null
)
returns table (webhook_no bigint, source text, is_open boolean, results jsonb)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.replay_webhook(2)
 *     Has the body of a webhook that became no event read again, by the adapter and the settings
 *     that its source has now, and posts what it says. What was posted before is not posted twice;
 *     what is refused still stays kept. What its signature did not cover is not read at all.
 * Parameters:
 *     p_webhook_no  - its number
 *     p_actor       - who does it; null: the login
 * Returns:
 *     the webhook, whether it still waits for somebody, and what became of each thing that the
 *     body tells, as api.receive_webhook answers
 * Raises:
 *     LBARG  the argument is missing
 *     LNWHK  no such webhook is kept
 *     LUACT  the actor is no name
 *     LBARR, LBMAX  never: see inbound.post_read_events
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone: try again
 *     40001  an id was told at this moment by another session, too: try again
 * Calls:  ledger.require_actor, inbound.require_kept_webhook, inbound.make_reading,
 *         inbound.read_webhook, inbound.post_readings, inbound.settle_webhook,
 *         inbound.write_results
 * Reads:  inbound.kept_webhooks, inbound.sources
 * Locks:  the accounts, then the event ids, as api.receive_webhook; then what is kept
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_kept inbound.kept_webhooks;
    v_source inbound.sources;
    v_posted record;
begin
    v_kept := inbound.require_kept_webhook(p_webhook_no);
    select s.* into v_source
    from inbound.sources as s
    where s.source = v_kept.source;

    -- A source that signs bodies today vouches for nothing that came before.
    if v_source.scheme = 'mercadopago' or exists (
            select
            from inbound.kept_webhooks as k
            where k.source = v_kept.source
                and k.body_digest = v_kept.body_digest
                and k.code = 'BODY_NOT_SIGNED'
        ) then
        results := inbound.write_results(
            array[
                inbound.make_reading(
                    'refused', v_kept.kind, 'BODY_NOT_SIGNED',
                    'the signature did not cover the body: fetch the document from the '
                    'processor, and forward it'
                )
            ],
            '{}'
        );
    else
        select t.* into v_posted
        from inbound.post_readings(
            v_source,
            array(
                select r::inbound.reading
                from inbound.read_webhook(v_source, '{}', v_kept.body) as r
            ),
            v_now
        ) as t;
        perform inbound.settle_webhook(v_kept, v_posted.readings, v_actor, v_now);
        results := inbound.write_results(v_posted.readings, v_posted.answers);
    end if;
    select k.webhook_no, k.source, k.dismissed_at is null
    into webhook_no, source, is_open
    from inbound.kept_webhooks as k
    where k.webhook_no = p_webhook_no;
    return next;
end;
$function$;

comment on function api.replay_webhook(bigint, text)
is 'Has the body of a webhook that became no event read again, and posts what it says.';
