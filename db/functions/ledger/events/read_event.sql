create or replace function ledger.read_event(p_event jsonb, p_now timestamptz)
returns ledger.event_input
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_event(2)
 *     Reads a processor event: whatever can be said without the book. Every operator in PL/pgSQL is
 *     prepared anew in each transaction, so there are few here.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the typed fields; or, if something is wrong, the code and details of the first thing found
 * Calls:  ledger.is_plain_event, ledger.pick_event_fields, ledger.find_event_fault,
 *         ledger.read_invalid_event
 */
declare
    v_fields ledger.event_fields := case
        when ledger.is_plain_event(p_event) then ledger.pick_event_fields(p_event)
    end;
    v_code text;
begin
    if (
        v_fields.occurred_at <= p_now
        and greatest(
            octet_length(v_fields.event_id), octet_length(v_fields.provider),
            octet_length(v_fields.restaurant_id)
        ) <= 64
    ) is not true then
        v_code := ledger.find_event_fault(p_event, p_now);
        if v_code is not null then
            return ledger.read_invalid_event(p_event, v_code);
        end if;
        v_fields := ledger.pick_event_fields(p_event);
        v_fields.currency := upper(v_fields.currency collate "C");
    end if;

    return row(
        v_fields.provider, v_fields.event_id, v_fields.event_type, v_fields.restaurant_id,
        v_fields.currency, v_fields.amount, v_fields.fee, v_fields.occurred_at, null, p_event,
        'NONE', null, null
    )::ledger.event_input;
end;
$function$;

comment on function ledger.read_event(jsonb, timestamptz)
is 'Reads a processor event: the typed fields, or what is wrong with it.';
