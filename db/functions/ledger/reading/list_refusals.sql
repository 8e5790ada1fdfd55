create or replace function ledger.list_refusals(p_event_id text, p_provider text)
returns table (rejections jsonb, dismissals jsonb)
language sql
stable
as $function$
/*
 * Function: ledger.list_refusals(2)
 *     Every delivery of an event that was refused, and what people have dismissed of it.
 * Parameters:
 *     p_event_id, p_provider  - the event
 * Returns:
 *     one row of two arrays, each of the latest 100 in the order they came: status, code, message,
 *     details, received_at; status, code, actor, reason, dismissed_at
 * Reads:  ledger.event_rejections, ledger.event_dismissals
 */
    select
        (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'status', r.status, 'code', r.code, 'message', r.message, 'details',
                    r.details, 'received_at', r.received_at
                )
                order by r.rejection_no
            ), '[]')
            from (
                select j.*
                from ledger.event_rejections as j
                where j.event_id = p_event_id
                    and j.provider = p_provider
                order by j.rejection_no desc
                limit 100
            ) as r
        ),
        (
            select coalesce(jsonb_agg(
                jsonb_build_object(
                    'status', x.status, 'code', x.code, 'actor', x.actor, 'reason', x.reason,
                    'dismissed_at', x.dismissed_at
                )
                order by x.dismissal_no
            ), '[]')
            from (
                select j.*
                from ledger.event_dismissals as j
                where j.event_id = p_event_id
                    and j.provider = p_provider
                order by j.dismissal_no desc
                limit 100
            ) as x
        );
$function$;

comment on function ledger.list_refusals(text, text)
is 'Every delivery of an event that was refused, and what people have dismissed of it.';
