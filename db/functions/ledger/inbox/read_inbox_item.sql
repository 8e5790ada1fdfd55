create or replace function ledger.read_inbox_item(
    p_event_id text,
    p_provider text,
    p_rejection_no bigint
)
returns table (
    event_id text, provider text, status text, is_open boolean, code text, message text,
    details jsonb, event_type text, restaurant_id text, currency text, amount bigint,
    first_seen_at timestamptz, last_seen_at timestamptz, deliveries bigint, age interval,
    decided_at timestamptz, actor text, reason text, rejection_no bigint, payload jsonb
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_inbox_item(3)
 *     A row of the inbox, as it is now.
 * Parameters:
 *     p_event_id, p_provider  - the event
 *     p_rejection_no          - the delivery, if one of the two could not be read
 * Returns:
 *     the row of reporting.inbox, with the document if only this can name it; none if there is
 *     nothing, or it was posted since
 * Reads:  reporting.inbox, ledger.event_rejections
 */
begin
    if num_nulls(p_event_id, p_provider) = 0 then
        return query
        select i.*, null::jsonb
        from reporting.inbox as i
        where i.event_id = p_event_id
            and i.provider = p_provider;
    else
        return query
        select i.*, r.payload
        from reporting.inbox as i
        inner join ledger.event_rejections as r
            on r.restaurant_id = coalesce(i.restaurant_id, '') and i.rejection_no = r.rejection_no
        where i.rejection_no = p_rejection_no
            and (i.event_id is null or i.provider is null);
    end if;
end;
$function$;

comment on function ledger.read_inbox_item(text, text, bigint)
is 'A row of the inbox, as it is now.';
