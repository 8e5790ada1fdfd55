create or replace function ledger.count_open_refusals(p_newest integer)
returns table (
    status text,
    items bigint,
    oldest_at timestamptz
)
language sql
stable
as $function$
/*
 * Function: ledger.count_open_refusals(1)
 *     How many of the newest refusals are open in the inbox. What is open is said as in
 *     ledger.find_inbox_keys, but for no more deliveries than asked, however few of them are open.
 * Parameters:
 *     p_newest  - the most deliveries that are looked at
 * Returns:
 *     a row a status: rejected, conflict; none where nothing is open. An event counts once;
 *     oldest_at is when the one was refused last that has not been for the longest
 * Reads:  ledger.event_rejections, ledger.processor_events, ledger.deferred_events,
 *         ledger.event_dismissals
 */
select
    r.status,
    count(*) as items,
    min(r.received_at) as oldest_at
from (
    select
        n.rejection_no,
        n.received_at,
        n.restaurant_id,
        n.provider,
        n.event_id,
        n.status
    from ledger.event_rejections as n
    order by
        n.received_at desc,
        n.rejection_no desc
    limit p_newest
) as r
where
    (
        select n.rejection_no
        from ledger.event_rejections as n
        where
            n.event_id = r.event_id
            and n.provider = r.provider
            and n.rejection_no > r.rejection_no
        limit 1
    ) is null
    and (
        select e.event_no
        from ledger.processor_events as e
        where
            e.event_id = r.event_id
            and e.provider = r.provider
            and e.received_at >= r.received_at
            and (e.received_at > r.received_at or r.status = 'rejected')
        limit 1
    ) is null
    and (
        select d.deferred_no
        from ledger.deferred_events as d
        where
            d.event_id = r.event_id
            and d.provider = r.provider
            and d.received_at >= r.received_at
            and (d.received_at > r.received_at or r.status = 'rejected')
        limit 1
    ) is null
    and (
        select x.dismissal_no
        from ledger.event_dismissals as x
        where
            x.event_id = r.event_id
            and x.provider = r.provider
            and x.rejection_no >= r.rejection_no
        limit 1
    ) is null
    and (
        select x.dismissal_no
        from ledger.event_dismissals as x
        where x.restaurant_id = r.restaurant_id and x.rejection_no = r.rejection_no
        limit 1
    ) is null
group by r.status;
$function$;

comment on function ledger.count_open_refusals(integer)
is 'How many of the newest refusals are open in the inbox.';
