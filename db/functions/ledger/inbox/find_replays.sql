create or replace function ledger.find_replays(p_code text, p_limit integer)
returns table (event_id text, provider text)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.find_replays(2)
 *     Events of the inbox that are open with one code, those that were evaluated longest ago, in
 *     the order in which their accounts are locked, of an account in the order they came.
 * Parameters:
 *     p_code   - why they were refused or wait
 *     p_limit  - the most
 * Returns:
 *     a row an event; none whose ids could not be read, and none of what people do
 * Reads:  ledger.event_rejections, ledger.processor_events, ledger.deferred_events,
 *         ledger.event_dismissals
 */
begin
    return query
    select k.event_id, k.provider
    from (
        (
            select r.event_id, r.provider, r.restaurant_id,
                upper(left(r.payload ->> 'currency', 3) collate "C") as currency,
                r.received_at, r.rejection_no as number
            from ledger.event_rejections as r
            where r.code = p_code
                and r.event_id is not null
                and r.provider <> 'operator'
                and (
                    select n.rejection_no from ledger.event_rejections as n
                    where n.event_id = r.event_id and n.provider = r.provider
                        and n.rejection_no > r.rejection_no
                    limit 1
                ) is null
                and (
                    select e.received_at from ledger.processor_events as e
                    where e.event_id = r.event_id and e.provider = r.provider
                        and e.received_at >= r.received_at
                        and (e.received_at > r.received_at or r.status = 'rejected')
                    limit 1
                ) is null
                and (
                    select d.received_at from ledger.deferred_events as d
                    where d.event_id = r.event_id and d.provider = r.provider
                        and d.received_at >= r.received_at
                        and (d.received_at > r.received_at or r.status = 'rejected')
                    limit 1
                ) is null
                and (
                    select x.dismissal_no from ledger.event_dismissals as x
                    where x.event_id = r.event_id and x.provider = r.provider
                        and x.rejection_no >= r.rejection_no
                    limit 1
                ) is null
            order by r.received_at, r.rejection_no
            limit p_limit
        )
        union all
        (
            select d.event_id, d.provider, d.restaurant_id, d.currency, d.received_at,
                d.deferred_no
            from ledger.deferred_events as d
            where d.code = p_code
                -- What was refused since stands before it in the inbox.
                and (
                    select r.rejection_no from ledger.event_rejections as r
                    where r.event_id = d.event_id and r.provider = d.provider
                        and r.received_at >= d.received_at
                        and (r.received_at > d.received_at or r.status = 'conflict')
                        and (
                            select x.dismissal_no from ledger.event_dismissals as x
                            where x.event_id = r.event_id and x.provider = r.provider
                                and x.rejection_no >= r.rejection_no
                            limit 1
                        ) is null
                    limit 1
                ) is null
            order by coalesce(d.last_received_at, d.received_at), d.deferred_no
            limit p_limit
        )
    ) as k
    order by k.restaurant_id, k.currency, k.received_at, k.number
    limit p_limit;
end;
$function$;

comment on function ledger.find_replays(text, integer)
is 'Events of the inbox that are open with one code, those that were evaluated longest ago.';
