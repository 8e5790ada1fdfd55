create or replace function api.dismiss_rejection(
    p_rejection_no bigint,
    p_reason text,
    p_actor text default null
)
returns table (
    rejection_no bigint, event_id text, provider text, status text, code text, actor text,
    reason text, dismissed_at timestamptz
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
set enable_seqscan = off
as $function$
/*
 * Function: api.dismiss_rejection(3)
 *     Closes a delivery in the inbox whose event_id or provider could not be read, so that
 *     dismiss_event cannot name it: nothing is to be done about it.
 * Parameters:
 *     p_rejection_no  - its number, as list_inbox tells
 *     p_reason        - why, 1 to 500 characters
 *     p_actor         - who does it; null: the login
 * Returns:
 *     one row: the dismissal; the first one, if it was dismissed before
 * Raises:
 *     LBARG  an argument is missing
 *     LUACT  the actor is no name
 *     LURSN  the reason is blank or too long
 *     LNREJ  there is no such delivery, or it has an event_id: then dismiss_event is for it
 * Calls:  ledger.require_reason, ledger.require_actor, ledger.read_inbox_item,
 *         ledger.write_dismissal
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_actor constant text := ledger.require_actor(p_actor);
    v_item record;
begin
    if p_rejection_no is null then
        raise exception 'rejection_no is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=rejection_no';
    end if;
    perform ledger.require_reason(p_reason);
    select i.* into v_item
    from ledger.read_inbox_item(null, null, p_rejection_no) as i;
    if not found then
        raise exception 'no delivery without an event_id has the number %', p_rejection_no
            using errcode = 'LNREJ', constraint = 'REJECTION_NOT_FOUND',
                detail = format('rejection_no=%s', p_rejection_no),
                hint = 'One with an event_id is dismissed by dismiss_event.';
    elsif v_item.status <> 'dismissed' then
        perform ledger.write_dismissal(
            v_item.event_id, v_item.provider, p_rejection_no, v_actor, p_reason, v_now
        );
    end if;
    return query
    select i.rejection_no, i.event_id, i.provider, i.status, i.code, i.actor, i.reason,
        i.decided_at
    from ledger.read_inbox_item(null, null, p_rejection_no) as i;
end;
$function$;

comment on function api.dismiss_rejection(bigint, text, text)
is 'Closes a delivery in the inbox whose event_id or provider could not be read.';
