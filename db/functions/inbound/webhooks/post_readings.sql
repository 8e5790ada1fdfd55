create or replace function inbound.post_readings(
    p_source inbound.sources,
    p_readings inbound.reading[],
    p_now timestamptz,
    out readings inbound.reading[],
    out answers jsonb
)
returns record
language plpgsql
volatile
as $function$
/*
 * Function: inbound.post_readings(3)
 *     Posts what a webhook tells. What names no restaurant, and no payment that is in the book
 *     before, is looked at again when the rest of the same body is posted: it may have the charge.
 * Parameters:
 *     p_source    - who sent it
 *     p_readings  - what inbound.read_webhook has read
 *     p_now       - the clock
 * Returns:
 *     readings  - the same, an event with its provider and restaurant, or refused
 *     answers   - what the ledger answers; see inbound.post_read_events
 * Raises:
 *     LBARR, LBMAX  never: see inbound.post_read_events
 *     LXRUL  a rule has vanished
 *     22023  the server does not know the restaurant's time zone
 *     40001  an id was told at this moment by another session, too
 * Calls:  inbound.name_adapter, inbound.complete_reading, inbound.post_read_events
 * Locks:  the accounts, then the event ids; see ledger.post_event
 */
declare
    v_provider constant text := coalesce(p_source.settings ->> 'provider', p_source.source);
    v_again inbound.reading[];
begin
    readings := p_readings;
    -- Our own events say all that they have to.
    if inbound.name_adapter(p_source.source, p_source.scheme, p_source.settings) <> 'none' then
        readings := array(
            select
                inbound.complete_reading(
                    v_provider,
                    row(r.outcome, r.kind, r.event, r.code, r.field, r.message)::inbound.reading
                )
            from unnest(p_readings) with ordinality as r (
                outcome, kind, event, code, field, message, item_no
            )
            order by r.item_no
        );
    end if;
    answers := inbound.post_read_events(readings, p_now);

    if answers <> '{}' and exists (
            select from unnest(readings) as r where r.code = 'RESTAURANT_NOT_NAMED'
        ) then
        v_again := array(
            select
                case
                    when r.outcome = 'event' and not answers ? r.item_no::text
                        then inbound.complete_reading(
                            v_provider,
                            row(r.outcome, r.kind, r.event, r.code, r.field, r.message)
                            ::inbound.reading
                        )
                end
            from unnest(p_readings) with ordinality as r (
                outcome, kind, event, code, field, message, item_no
            )
            order by r.item_no
        );
        answers := answers || inbound.post_read_events(v_again, p_now);
        readings := array(
            select
                case
                    when a.outcome is null
                        then row(r.outcome, r.kind, r.event, r.code, r.field, r.message)
                            ::inbound.reading
                    else row(a.outcome, a.kind, a.event, a.code, a.field, a.message)
                        ::inbound.reading
                end
            from unnest(readings) with ordinality as r (
                outcome, kind, event, code, field, message, item_no
            )
            inner join unnest(v_again) with ordinality as a (
                outcome, kind, event, code, field, message, item_no
            ) on r.item_no = a.item_no
            order by r.item_no
        );
    end if;
end;
$function$;

comment on function inbound.post_readings(
    inbound.sources, inbound.reading[], timestamptz
)
is 'Posts what a webhook tells.';
