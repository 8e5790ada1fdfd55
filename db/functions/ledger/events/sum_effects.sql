create or replace function ledger.sum_effects(p_restaurant_id text, p_event_no bigint)
returns table (payment numeric, held numeric)
language sql
stable
as $function$
/*
 * Function: ledger.sum_effects(2)
 *     What is left of a payment or a hold: the effects of all entries that belong to it.
 * Parameters:
 *     p_restaurant_id  - the platform's id of the restaurant
 *     p_event_no       - the event that first told of it
 * Returns:
 *     one row, in minor units
 *     payment  - what can still be refunded or disputed
 *     held     - what is still held back
 * Reads:  ledger.event_links, ledger.processor_events, ledger.ledger_entries,
 *         ledger.entry_types
 */
    select
        coalesce(sum(t.payment_effect * l.amount::numeric), 0),
        coalesce(sum(t.held_effect * l.amount::numeric), 0)
    from (
        select p_event_no as event_no
        union
        select k.event_no
        from ledger.event_links as k
        where k.restaurant_id = p_restaurant_id
            and k.payment_event_no = p_event_no
        union
        select k.event_no
        from ledger.event_links as k
        where k.restaurant_id = p_restaurant_id
            and k.about_event_no = p_event_no
    ) as n
    inner join ledger.processor_events as v
        on v.restaurant_id = p_restaurant_id and n.event_no = v.event_no
    cross join generate_series(0, 1) as i (entry_no)
    -- Equal in all of its key: another index would be read from end to end.
    inner join ledger.ledger_entries as l
        on l.restaurant_id = p_restaurant_id
        and l.currency = v.currency
        and l.entry_seq = v.first_entry_seq + i.entry_no
        and i.entry_no < v.entry_count
    inner join ledger.entry_types as t on l.entry_type = t.entry_type;
$function$;

comment on function ledger.sum_effects(text, bigint)
is 'What is left of a payment or a hold.';
