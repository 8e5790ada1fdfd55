create or replace function ledger.read_invalid_event(p_event jsonb, p_code text)
returns ledger.event_input
language plpgsql
immutable
as $function$
/*
 * Function: ledger.read_invalid_event(2)
 *     What can be kept of an event that is not valid: its ids as far as they are good, and what is
 *     wrong with it.
 * Parameters:
 *     p_event  - the document
 *     p_code   - what is wrong with it
 * Returns:
 *     provider, event_id, restaurant_id, event_type, payload, code; details with the missing field
 */
declare
    v_event ledger.event_input;
    v_field text;
begin
    v_event.payload := p_event;
    v_event.code := p_code;
    if p_code = 'EVENT_NOT_OBJECT' then
        return v_event;
    end if;
    v_event.provider := case
        when not p_event ? 'provider' then 'default'
        when jsonb_typeof(p_event -> 'provider') = 'string'
            then substring(p_event ->> 'provider', '^[]!#-[^-~]{1,64}$')
    end;
    v_event.event_id := case
        when jsonb_typeof(p_event -> 'event_id') = 'string'
            then substring(p_event ->> 'event_id', '^[]!#-[^-~]{1,128}$')
    end;
    v_event.restaurant_id := case
        when jsonb_typeof(p_event -> 'restaurant_id') = 'string'
            then substring(p_event ->> 'restaurant_id', '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$')
    end;
    -- A field that is null is missing.
    foreach v_field in array array[
        'event_id', 'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount'
    ] loop
        if p_event ->> v_field is null then
            v_event.code := 'FIELD_MISSING';
            v_event.details := jsonb_build_object('field', v_field);
            exit;
        end if;
    end loop;
    v_event.event_type := case
        when jsonb_typeof(p_event -> 'event_type') = 'string'
            then left(p_event ->> 'event_type', 128)
    end;
    return v_event;
end;
$function$;

comment on function ledger.read_invalid_event(jsonb, text)
is 'What can be kept of an event that is not valid.';
