create or replace function ledger.read_event(p_event jsonb, p_now timestamptz)
returns ledger.event_fields
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_event(2)
 *     Reads an event: its fields, typed, with the defaults of those that may be absent.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the fields; all null if the document has a fault
 * Calls:  ledger.find_event_fault, ledger.read_time
 */
declare
    v_event ledger.event_fields;
begin
    if ledger.find_event_fault(p_event, p_now) is null then
        v_event := jsonb_populate_record(v_event, p_event - 'occurred_at');
        v_event.provider := coalesce(v_event.provider, 'default');
        v_event.fee := coalesce(v_event.fee, 0);
        v_event.currency := upper(v_event.currency collate "C");
        v_event.occurred_at := ledger.read_time(p_event ->> 'occurred_at');
        v_event.payment_id := coalesce(
            v_event.payment_id, p_event -> 'metadata' ->> 'payment_id'
        );
        v_event.refund_id := coalesce(v_event.refund_id, p_event -> 'metadata' ->> 'refund_id');
        v_event.dispute_id := coalesce(
            v_event.dispute_id, p_event -> 'metadata' ->> 'dispute_id'
        );
    end if;
    return v_event;
end;
$function$;

comment on function ledger.read_event(jsonb, timestamptz)
is 'Reads an event: its fields, typed; all null if it has a fault.';
