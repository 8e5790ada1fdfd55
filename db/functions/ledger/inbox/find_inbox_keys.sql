create or replace function ledger.find_inbox_keys(
    p_code text,
    p_status text,
    p_restaurant_id text,
    p_until timestamptz,
    p_at timestamptz,
    p_rejection_no bigint,
    p_deferred_no bigint,
    p_limit integer
)
returns table (
    at timestamptz, rejection_no bigint, number bigint, event_id text, provider text
)
language plpgsql
stable
set plan_cache_mode = force_custom_plan
as $function$
/*
 * Function: ledger.find_inbox_keys(8)
 *     A page of the keys of what is open in the inbox, the newest state first, as it was at one
 *     moment: events told again while somebody turns pages are neither skipped nor there twice.
 *     Scalar subqueries, not joins, each in a case, which the planner takes to pass half of the
 *     rows: so an index gives the page.
 * Parameters:
 *     p_code, p_restaurant_id  - only these; null: all
 *     p_status         - only these: rejected, conflict or deferred; null: all
 *     p_until          - the moment
 *     p_at, p_rejection_no, p_deferred_no  - only what is before this place: a time, and a number
 *                        of each kind
 *     p_limit          - the most rows
 * Returns:
 *     a row an event: the time and number of its place; rejection_no is null if it waits;
 *     event_id or provider are null if they could not be read
 * Reads:  ledger.event_rejections, ledger.processor_events, ledger.deferred_events,
 *         ledger.event_dismissals
 */
begin
    return query
    (
        select r.received_at, r.rejection_no, r.rejection_no, r.event_id, r.provider
        from ledger.event_rejections as r
        where (p_code is null or r.code = p_code)
            and (p_status is null or r.status = p_status)
            and (p_restaurant_id is null or r.restaurant_id = p_restaurant_id)
            and (r.received_at, r.rejection_no) < (p_at, p_rejection_no)
            and case when (
                select n.rejection_no from ledger.event_rejections as n
                where n.event_id = r.event_id and n.provider = r.provider
                    and n.rejection_no > r.rejection_no and n.received_at <= p_until
                limit 1
            ) is null then true else false end
            and case when (
                select e.received_at from ledger.processor_events as e
                where e.event_id = r.event_id and e.provider = r.provider
                    and e.received_at >= r.received_at
                    and (e.received_at > r.received_at or r.status = 'rejected')
                limit 1
            ) is null then true else false end
            and case when (
                select d.received_at from ledger.deferred_events as d
                where d.event_id = r.event_id and d.provider = r.provider
                    and d.received_at >= r.received_at
                    and (d.received_at > r.received_at or r.status = 'rejected')
                    and d.received_at <= p_until
                limit 1
            ) is null then true else false end
            and case when (
                select x.dismissal_no from ledger.event_dismissals as x
                where x.event_id = r.event_id and x.provider = r.provider
                    and x.rejection_no >= r.rejection_no
                limit 1
            ) is null then true else false end
            and case when (
                select x.dismissal_no from ledger.event_dismissals as x
                where x.restaurant_id = r.restaurant_id and x.rejection_no = r.rejection_no
                limit 1
            ) is null then true else false end
        order by r.received_at desc, r.rejection_no desc
        limit p_limit
    )
    union all
    (
        select d.received_at, null::bigint, d.deferred_no, d.event_id, d.provider
        from ledger.deferred_events as d
        where (p_code is null or d.code = p_code)
            and (p_status is null or p_status = 'deferred')
            and (p_restaurant_id is null or d.restaurant_id = p_restaurant_id)
            and (d.received_at, d.deferred_no) < (p_at, p_deferred_no)
            and case when (
                select r.rejection_no from ledger.event_rejections as r
                where r.event_id = d.event_id and r.provider = d.provider
                    and r.received_at >= d.received_at
                    and (r.received_at > d.received_at or r.status = 'conflict')
                    and r.received_at <= p_until
                    and r.rejection_no > coalesce(
                        (
                            select max(x.rejection_no) from ledger.event_dismissals as x
                            where x.event_id = d.event_id and x.provider = d.provider
                        ),
                        0
                    )
                limit 1
            ) is null then true else false end
        order by d.received_at desc, d.deferred_no desc
        limit p_limit
    )
    order by 1 desc, 2 desc nulls last, 3 desc
    limit p_limit;
end;
$function$;

comment on function ledger.find_inbox_keys(
    text, text, text, timestamptz, timestamptz, bigint, bigint, integer
)
is 'A page of the keys of what is open in the inbox, the newest state first.';
