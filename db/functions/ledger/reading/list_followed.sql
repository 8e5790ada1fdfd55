create or replace function ledger.list_followed(p_restaurant_id text, p_event_no bigint)
returns jsonb
language sql
stable
as $function$
/*
 * Function: ledger.list_followed(2)
 *     What an event follows: the event that first told of its refund, dispute or hold, or that it
 *     takes back, and the charge of its payment.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_event_no       - the event
 * Returns:
 *     an array of relation (subject, reversed or payment), event_id, provider, event_type
 * Reads:  ledger.event_links, ledger.processor_events
 */
    select coalesce(jsonb_agg(
        jsonb_build_object(
            'relation', n.relation, 'event_id', e.event_id, 'provider', e.provider, 'event_type',
            e.event_type
        )
        order by n.place
    ), '[]')
    from ledger.event_links as k
    cross join lateral (
        values
        (1, case when k.is_reversal then 'reversed' else 'subject' end, k.about_event_no),
        (2, 'payment', k.payment_event_no)
    ) as n (place, relation, event_no)
    inner join ledger.processor_events as e
        on k.restaurant_id = e.restaurant_id and n.event_no = e.event_no
    where k.restaurant_id = p_restaurant_id
        and k.event_no = p_event_no;
$function$;

comment on function ledger.list_followed(text, bigint)
is 'What an event follows: the events that it is about.';
