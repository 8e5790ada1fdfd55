create or replace function api.dismiss_event(
    p_event_id text,
    p_reason text,
    p_provider text default 'default',
    p_actor text default null
)
returns table (
    event_id text, provider text, status text, code text, actor text, reason text,
    dismissed_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.dismiss_event(4)
 *     Closes an event in the inbox: nothing is to be done about it. One that waits is not posted
 *     any more, whatever comes. Told again, it is open again, as if it were told for the first
 *     time: the processor insists. A replay undoes it, too.
 * Parameters:
 *     p_event_id  - the processor's id
 *     p_reason    - why, 1 to 500 characters
 *     p_provider  - the processor
 *     p_actor     - who does it; null: the login
 * Returns:
 *     one row: the dismissal; the first one, if it was dismissed before. code is why it posted
 *     nothing
 * Raises:
 *     LBARG  an argument is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LNEVT  no such event was ever received
 *     LCOPN  it is not open: it was posted
 * Calls:  ledger.require_event_named, ledger.require_reason, ledger.require_actor,
 *         ledger.read_inbox_item, ledger.write_dismissal, ledger.find_kept_event
 * Reads:  ledger.event_dismissals
 * Locks:  the account of an event that waits
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_item record;
begin
    perform ledger.require_event_named(p_event_id, p_provider);
    perform ledger.require_reason(p_reason);
    loop
        select i.* into v_item
        from ledger.read_inbox_item(p_event_id, p_provider, null) as i;
        exit when v_item.status is null or v_item.status in ('accepted', 'dismissed');
        -- False: what waited was posted at this moment, or refused.
        exit when ledger.write_dismissal(
            p_event_id, p_provider, v_item.rejection_no, v_actor, p_reason, v_now
        );
    end loop;

    if v_item.status is not null and v_item.status <> 'accepted' then
        return query
        select x.event_id, x.provider, 'dismissed', x.code, x.actor, x.reason, x.dismissed_at
        from ledger.event_dismissals as x
        where x.event_id = p_event_id
            and x.provider = p_provider
        order by x.dismissal_no desc
        limit 1;
        return;
    elsif exists (select from ledger.find_kept_event(p_event_id, p_provider)) then
        raise exception 'event % is not open', quote_literal(left(p_event_id, 128))
            using errcode = 'LCOPN', constraint = 'EVENT_NOT_OPEN',
                detail = format(
                    'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
                ),
                hint = 'It was posted; reverse_event takes it back.';
    end if;
    raise exception 'event % was never received', quote_literal(left(p_event_id, 128))
        using errcode = 'LNEVT', constraint = 'EVENT_NOT_FOUND',
            detail = format(
                'event_id=%s, provider=%s', left(p_event_id, 128), left(p_provider, 64)
            );
end;
$function$;

comment on function api.dismiss_event(text, text, text, text)
is 'Closes an event in the inbox: nothing is to be done about it.';
