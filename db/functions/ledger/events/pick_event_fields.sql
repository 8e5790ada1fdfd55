create or replace function ledger.pick_event_fields(p_event jsonb)
returns ledger.event_fields
language sql
stable
as $function$
/*
 * Function: ledger.pick_event_fields(1)
 *     Picks the known fields out of a processor event in one go.
 * Parameters:
 *     p_event  - the document; it has no fault
 * Returns:
 *     the fields, typed; those that may be absent have their defaults
 */
    select jsonb_populate_record(
        row('default', null, null, null, null, null, 0, null)::ledger.event_fields,
        p_event
    );
$function$;

comment on function ledger.pick_event_fields(jsonb)
is 'Picks the known fields out of a processor event.';
