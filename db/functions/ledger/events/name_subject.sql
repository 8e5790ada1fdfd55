create or replace function ledger.name_subject(
    p_event ledger.event_fields,
    p_document jsonb,
    p_field text
)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.name_subject(3)
 *     What an event is about, as far as it says so.
 * Parameters:
 *     p_event     - its fields
 *     p_document  - the document
 *     p_field     - the field that names it, as in ledger.event_types
 * Returns:
 *     the id; null if the event names none
 */
    select case p_field
        when 'payment_id' then p_event.payment_id
        when 'refund_id' then p_event.refund_id
        when 'dispute_id' then p_event.dispute_id
        else coalesce(p_document ->> p_field, p_document -> 'metadata' ->> p_field)
    end;
$function$;

comment on function ledger.name_subject(ledger.event_fields, jsonb, text)
is 'What an event is about, as far as it says so.';
