create or replace function outbound.describe_dispute(
    p_restaurant_id text,
    p_event_no bigint,
    p_state text
)
returns jsonb
language sql
stable
as $function$
/*
 * Function: outbound.describe_dispute(3)
 *     What a message about a dispute carries.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_event_no       - the event that tells of it; it and its link are written
 *     p_state          - the state of the dispute after it
 * Returns:
 *     the data; amount and fee are the event's
 * Calls:  outbound.write_moment
 * Reads:  ledger.processor_events, ledger.event_links
 */
    select
        jsonb_build_object(
            'dispute_id', coalesce(f.subject_id, e.subject_id), 'restaurant_id', e.restaurant_id,
            'provider', e.provider, 'currency', e.currency, 'amount', e.amount, 'fee', e.fee,
            'state', p_state, 'payment_id', c.subject_id, 'event_id', e.event_id, 'occurred_at',
            outbound.write_moment(e.occurred_at)
        )
    from ledger.processor_events as e
    left join ledger.event_links as k
        on e.restaurant_id = k.restaurant_id and e.event_no = k.event_no
    left join ledger.processor_events as f
        on k.restaurant_id = f.restaurant_id and k.about_event_no = f.event_no
    left join ledger.processor_events as c
        on k.restaurant_id = c.restaurant_id and k.payment_event_no = c.event_no
    where e.restaurant_id = p_restaurant_id
        and e.event_no = p_event_no;
$function$;

comment on function outbound.describe_dispute(text, bigint, text)
is 'What a message about a dispute carries.';
