create or replace function ledger.find_decided_keys(
    p_code text,
    p_status text,
    p_restaurant_id text,
    p_at timestamptz,
    p_number bigint,
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
 * Function: ledger.find_decided_keys(6)
 *     A page of the keys of what people have accepted or dismissed, the newest first.
 * Parameters:
 *     p_code, p_restaurant_id  - only these; null: all
 *     p_status        - accepted or dismissed
 *     p_at, p_number  - only what is before this place
 *     p_limit         - the most rows
 * Returns:
 *     a row a decision: the time and number of its place, the delivery that was dismissed
 * Reads:  ledger.event_dismissals, ledger.event_acceptances, ledger.processor_events
 */
begin
    return query
    (
        select x.dismissed_at, x.rejection_no, x.dismissal_no, x.event_id, x.provider
        from ledger.event_dismissals as x
        where p_status = 'dismissed'
            and (p_code is null or x.code = p_code)
            and (p_restaurant_id is null or x.restaurant_id = p_restaurant_id)
            and (x.dismissed_at, x.dismissal_no) < (p_at, p_number)
        order by x.dismissed_at desc, x.dismissal_no desc
        limit p_limit
    )
    union all
    (
        select a.accepted_at, null::bigint, a.event_no, e.event_id, e.provider
        from ledger.event_acceptances as a
        inner join ledger.processor_events as e
            on a.restaurant_id = e.restaurant_id and a.event_no = e.event_no
        where p_status = 'accepted'
            and (p_code is null or a.code = p_code)
            and (p_restaurant_id is null or a.restaurant_id = p_restaurant_id)
            and (a.accepted_at, a.event_no) < (p_at, p_number)
        order by a.accepted_at desc, a.event_no desc
        limit p_limit
    )
    order by 1 desc, 3 desc;
end;
$function$;

comment on function ledger.find_decided_keys(
    text, text, text, timestamptz, bigint, integer
)
is 'A page of the keys of what people have accepted or dismissed, the newest first.';
