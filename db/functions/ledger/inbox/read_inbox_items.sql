create or replace function ledger.read_inbox_items(p_event_ids text[], p_rejection_nos bigint[])
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
 * Function: ledger.read_inbox_items(2)
 *     Rows of the inbox, as they are now, all by one statement.
 * Parameters:
 *     p_event_ids      - events, of whatever processor
 *     p_rejection_nos  - deliveries; of them only those whose event_id or provider could
 *                        not be read
 * Returns:
 *     the rows of reporting.inbox, with the document if only this can name it; none of what was
 *     posted since
 * Reads:  reporting.inbox, ledger.event_rejections
 */
begin
    return query
    select i.*, null::jsonb
    from reporting.inbox as i
    where i.event_id = any(p_event_ids)
        and i.provider is not null;
    return query
    select i.*, r.payload
    from reporting.inbox as i
    inner join ledger.event_rejections as r
        on r.restaurant_id = coalesce(i.restaurant_id, '') and i.rejection_no = r.rejection_no
    where i.rejection_no = any(p_rejection_nos)
        and (i.event_id is null or i.provider is null);
end;
$function$;

comment on function ledger.read_inbox_items(text[], bigint[])
is 'Rows of the inbox, as they are now.';
