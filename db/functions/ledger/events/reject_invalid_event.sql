create or replace function ledger.reject_invalid_event(p_event jsonb, p_now timestamptz)
returns ledger.event_answer
language plpgsql
volatile
as $function$
/*
 * Function: ledger.reject_invalid_event(2)
 *     Keeps an event that is not valid: its ids as far as they are good, and what is wrong with it.
 * Parameters:
 *     p_event  - the document, which has a fault
 *     p_now    - the clock
 * Returns:
 *     the answer
 * Calls:  ledger.find_event_fault, ledger.find_wild_number, ledger.without_wild_numbers,
 *         ledger.reject_event
 */
declare
    v_kept constant jsonb := ledger.without_wild_numbers(p_event);
    v_event ledger.event_fields;
    v_decision ledger.event_decision;
    v_field text;
begin
    v_decision.code := ledger.find_event_fault(p_event, p_now);
    if v_decision.code = 'NUMBER_OUT_OF_RANGE' then
        v_decision.details := jsonb_build_object('field', ledger.find_wild_number(p_event));
    elsif v_decision.code <> 'EVENT_NOT_OBJECT' then
        -- A field that is null is missing.
        foreach v_field in array array[
            'event_id', 'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount'
        ] loop
            if coalesce(jsonb_typeof(p_event -> v_field), 'null') = 'null' then
                v_decision.code := 'FIELD_MISSING';
                v_decision.details := jsonb_build_object('field', v_field);
                exit;
            end if;
        end loop;
    end if;

    if jsonb_typeof(v_kept) = 'object' then
        v_event.provider := case
            when not p_event ? 'provider' then 'default'
            when jsonb_typeof(v_kept -> 'provider') = 'string'
                then substring(v_kept ->> 'provider', '^[]!#-[^-~]{1,64}$')
        end;
        v_event.event_id := case
            when jsonb_typeof(v_kept -> 'event_id') = 'string'
                then substring(v_kept ->> 'event_id', '^[]!#-[^-~]{1,128}$')
        end;
        v_event.restaurant_id := case
            when jsonb_typeof(v_kept -> 'restaurant_id') = 'string'
                then substring(v_kept ->> 'restaurant_id', '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$')
        end;
        v_event.event_type := case
            when jsonb_typeof(v_kept -> 'event_type') = 'string'
                then left(v_kept ->> 'event_type', 128)
        end;
    end if;
    return ledger.reject_event(v_event, v_kept, v_decision, 'rejected', p_now);
end;
$function$;

comment on function ledger.reject_invalid_event(jsonb, timestamptz)
is 'Keeps an event that is not valid, with what is wrong with it.';
