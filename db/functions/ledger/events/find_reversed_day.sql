create or replace function ledger.find_reversed_day(
    p_event ledger.event_fields,
    p_event_no bigint
)
returns date
language sql
stable
as $function$
/*
 * Function: ledger.find_reversed_day(2)
 *     The day before which a reversal is not booked: else it would wait for a day for which what it
 *     takes back does not wait, where the restaurant's time zone or closing hour has changed.
 * Parameters:
 *     p_event     - the reversal's fields
 *     p_event_no  - its number; it is written and linked
 * Returns:
 *     the business day of what it takes back; null: that was told ahead of the clock, and waits
 * Reads:  ledger.event_links, ledger.processor_events, ledger.ledger_entries
 */
    select l.business_day
    from ledger.event_links as k
    inner join ledger.processor_events as e
        on k.restaurant_id = e.restaurant_id and k.about_event_no = e.event_no
    inner join ledger.ledger_entries as l
        on e.restaurant_id = l.restaurant_id
        and e.currency = l.currency
        and e.first_entry_seq = l.entry_seq
    where k.restaurant_id = p_event.restaurant_id
        and k.event_no = p_event_no
        and e.occurred_at <= l.recorded_at;
$function$;

comment on function ledger.find_reversed_day(ledger.event_fields, bigint)
is 'The day before which a reversal is not booked.';
