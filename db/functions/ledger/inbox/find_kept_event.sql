create or replace function ledger.find_kept_event(p_event_id text, p_provider text)
returns table (kind text, code text, details jsonb, received_at timestamptz, payload jsonb)
language sql
stable
as $function$
/*
 * Function: ledger.find_kept_event(2)
 *     The latest document that is kept of an event, and what became of it.
 * Parameters:
 *     p_event_id, p_provider  - the event
 * Returns:
 *     one row, none if it was never received. kind is processed, deferred, rejected, conflict, or
 *     dismissed: it waited until a person did that
 * Reads:  ledger.processor_events, ledger.deferred_events, ledger.event_rejections,
 *         ledger.event_dismissals
 */
    select k.kind, k.code, k.details, k.received_at, k.payload
    from (
        select 'processed' as kind, null as code, null::jsonb as details, e.received_at,
            e.payload, 2 as rank
        from ledger.processor_events as e
        where e.event_id = p_event_id
            and e.provider = p_provider
        union all
        select 'deferred', d.code, null, d.received_at, d.payload, 2
        from ledger.deferred_events as d
        where d.event_id = p_event_id
            and d.provider = p_provider
        union all
        (
            select r.status, r.code, r.details, r.received_at, r.payload,
                case r.status when 'conflict' then 3 else 1 end
            from ledger.event_rejections as r
            where r.event_id = p_event_id
                and r.provider = p_provider
                -- What a person has closed does not stand before what waits.
                and not (
                    exists (
                        select from ledger.event_dismissals as x
                        where x.event_id = p_event_id
                            and x.provider = p_provider
                            and x.rejection_no >= r.rejection_no
                    )
                    and exists (
                        select from ledger.deferred_events as d
                        where d.event_id = p_event_id
                            and d.provider = p_provider
                    )
                )
            order by r.rejection_no desc
            limit 1
        )
        union all
        (
            select 'dismissed', x.code, null, x.dismissed_at, x.payload, 0
            from ledger.event_dismissals as x
            where x.event_id = p_event_id
                and x.provider = p_provider
                and x.payload is not null
            order by x.dismissal_no desc
            limit 1
        )
    ) as k
    order by k.received_at desc, k.rank desc
    limit 1;
$function$;

comment on function ledger.find_kept_event(text, text)
is 'The latest document that is kept of an event, and what became of it.';
