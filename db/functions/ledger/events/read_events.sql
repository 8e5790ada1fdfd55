create or replace function ledger.read_events(p_events jsonb, p_now timestamptz)
returns ledger.event_fields[]
language sql
stable
as $function$
/*
 * Function: ledger.read_events(2)
 *     Reads the events of an array, as ledger.post_event reads one.
 * Parameters:
 *     p_events  - the array
 *     p_now     - the clock
 * Returns:
 *     the fields of each, in order; all null for one that has a fault
 * Calls:  ledger.is_plain_event, ledger.read_event
 */
    select coalesce(
        array_agg(
            case
                when (i.event_fields).occurred_at <= p_now
                    and octet_length(
                        concat((i.event_fields).event_id, (i.event_fields).payment_id)
                    ) <= 128
                    and octet_length(
                        concat((i.event_fields).provider, (i.event_fields).restaurant_id)
                    ) <= 64
                    then i.event_fields
                else ledger.read_event(i.event, p_now)
            end
            order by i.item_no
        ),
        '{}'
    )
    from (
        select
            e.item_no,
            e.event,
            case
                when ledger.is_plain_event(e.event)
                    then jsonb_populate_record(
                        null::ledger.event_fields,
                        '{"provider": "default", "fee": 0}'
                        || jsonb_build_object(
                            'payment_id', e.event -> 'metadata' -> 'payment_id'
                        )
                        || e.event
                    )
            end as event_fields
        from jsonb_array_elements(p_events) with ordinality as e (event, item_no)
        offset 0
    ) as i;
$function$;

comment on function ledger.read_events(jsonb, timestamptz)
is 'Reads the events of an array.';
