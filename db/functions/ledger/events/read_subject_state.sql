create or replace function ledger.read_subject_state(
    p_event ledger.event_fields,
    p_type ledger.event_types,
    p_first_event_no bigint
)
returns text
language sql
stable
as $function$
/*
 * Function: ledger.read_subject_state(3)
 *     The state of a refund, dispute or hold, as far as an event about it is concerned. Reports are
 *     told apart by when they happened, not by when they arrive: one that a later report has
 *     settled finds its subject OVERTAKEN; told again, the later moment counts. Of two of one
 *     instant the higher rank counts.
 * Parameters:
 *     p_event           - the event's fields; the caller has locked the account
 *     p_type            - its type, which says what state it reports
 *     p_first_event_no  - the event that first told of the subject
 * Returns:
 *     the state
 * Reads:  ledger.event_links, ledger.processor_events, ledger.event_types
 */
    select case
        when f.event_type = 'event_reversed' then 'REVERSED'
        when f.reported_state <> p_type.reported_state
            and (p_event.occurred_at, p_type.state_rank) < (f.occurred_at, f.state_rank)
            then 'OVERTAKEN'
        else coalesce(f.reported_state, t.reported_state)
    end
    from ledger.event_types as t
    left join lateral (
        select e.event_type, e.occurred_at, u.reported_state, u.state_rank
        from ledger.event_links as l
        inner join ledger.processor_events as e
            on l.restaurant_id = e.restaurant_id and l.event_no = e.event_no
        inner join ledger.event_types as u on e.event_type = u.event_type
        where l.restaurant_id = p_event.restaurant_id
            and l.about_event_no = p_first_event_no
            and (u.reported_state is not null or u.subject = 'event')
        order by (u.subject = 'event') desc, e.occurred_at desc, u.state_rank desc
        limit 1
    ) as f on true
    where t.event_type = p_type.first_type;
$function$;

comment on function ledger.read_subject_state(
    ledger.event_fields, ledger.event_types, bigint
)
is 'The state of a refund, dispute or hold, as far as an event about it is concerned.';
