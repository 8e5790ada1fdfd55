create or replace function ledger.find_event_fault(p_event jsonb, p_now timestamptz)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.find_event_fault(2)
 *     The rules of an event, as far as they need no book: types, formats and ranges. A value's type
 *     and size are looked at before it becomes text: a few bytes of JSON may be a number of 131,072
 *     digits.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the code of the first thing that is wrong, null if nothing is
 * Calls:  ledger.is_day_of_month, ledger.read_time, ledger.find_wild_number,
 *         ledger.find_reference_fault
 */
declare
    v_types constant jsonb := case
        when jsonb_typeof(p_event) = 'object' then (
            select coalesce(jsonb_object_agg(m.key, jsonb_typeof(m.value)), '{}')
            from jsonb_each(p_event) as m
        )
    end;
    v_occurred_at constant text := case
        when v_types ->> 'occurred_at' = 'string' then p_event ->> 'occurred_at'
    end;
    v_code text := case
        when v_types is null then 'EVENT_NOT_OBJECT'
        when not v_types ?& '{event_id,event_type,occurred_at,restaurant_id,currency,amount}'
            then 'FIELD_MISSING'
        when v_types ->> 'provider' <> 'string'
            or length(p_event ->> 'provider') > 64
            or p_event ->> 'provider' !~ '^[]!#-[^-~]+$' then 'PROVIDER_INVALID'
        when v_types ->> 'event_id' <> 'string'
            or length(p_event ->> 'event_id') > 128
            or p_event ->> 'event_id' !~ '^[]!#-[^-~]+$' then 'EVENT_ID_INVALID'
        when v_types ->> 'restaurant_id' <> 'string'
            or length(p_event ->> 'restaurant_id') > 64
            or p_event ->> 'restaurant_id' !~ '^[A-Za-z0-9][A-Za-z0-9._:-]*$'
            then 'RESTAURANT_ID_INVALID'
        when v_types ->> 'event_type' <> 'string' then 'EVENT_TYPE_INVALID'
        when v_types ->> 'currency' <> 'string'
            or length(p_event ->> 'currency') > 3
            or p_event ->> 'currency' !~ '^[A-Za-z][A-Za-z][A-Za-z]$' then 'CURRENCY_INVALID'
        when v_types ->> 'amount' <> 'number'
            or p_event -> 'amount' < '1'
            or p_event -> 'amount' > '9007199254740991'
            or p_event ->> 'amount' like '%.%' then 'AMOUNT_INVALID'
        when v_types ->> 'fee' <> 'number'
            or p_event -> 'fee' < '0'
            or p_event -> 'fee' > '9007199254740991'
            or p_event ->> 'fee' like '%.%' then 'FEE_INVALID'
        when v_types ->> 'metadata' <> 'object' then 'METADATA_INVALID'
        when coalesce(v_occurred_at, '') !~ (
                '^(19|2[0-9])[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]'
                '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9]([.][0-9]+)?)?'
                '([Zz]|[+-](0[0-9]|1[0-3])(:?[0-5][0-9])?|[+-]14(:?00)?)$'
            )
            or (substr(v_occurred_at, 9, 2) > '28' and not ledger.is_day_of_month(v_occurred_at))
            then 'OCCURRED_AT_INVALID'
        when ledger.find_wild_number(p_event) is not null then 'NUMBER_OUT_OF_RANGE'
    end;
begin
    if v_code is null and ledger.read_time(v_occurred_at) > p_now + interval '5 minutes' then
        v_code := 'OCCURRED_AT_IN_FUTURE';
    end if;
    return coalesce(v_code, ledger.find_reference_fault(p_event));
end;
$function$;

comment on function ledger.find_event_fault(jsonb, timestamptz)
is 'What is wrong with an event, as far as it can be told without the book.';
