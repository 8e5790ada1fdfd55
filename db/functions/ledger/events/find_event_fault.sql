create or replace function ledger.find_event_fault(p_event jsonb, p_now timestamptz)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.find_event_fault(2)
 *     The rules of a processor event, as far as they need no book: types, formats and ranges. The
 *     text of a JSON value, with its quotes, tells type and format at once; there is no bounded
 *     repetition, which makes a regular expression slow.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the code of the first thing that is wrong, null if nothing is
 * Calls:  ledger.is_day_of_month
 */
declare
    v_occurred_at constant text := case
        when jsonb_typeof(p_event) = 'object' then p_event ->> 'occurred_at'
    end;
    v_code text := case
        when jsonb_typeof(p_event) is distinct from 'object' then 'EVENT_NOT_OBJECT'
        when not p_event ?& '{event_id,event_type,occurred_at,restaurant_id,currency,amount}'
            then 'FIELD_MISSING'
        when (p_event -> 'provider')::text !~ '^"[]!#-[^-~]+"$'
            or length(p_event ->> 'provider') > 64 then 'PROVIDER_INVALID'
        when (p_event -> 'event_id')::text !~ '^"[]!#-[^-~]+"$'
            or length(p_event ->> 'event_id') > 128 then 'EVENT_ID_INVALID'
        when (p_event -> 'restaurant_id')::text !~ '^"[A-Za-z0-9][A-Za-z0-9._:-]*"$'
            or length(p_event ->> 'restaurant_id') > 64 then 'RESTAURANT_ID_INVALID'
        when (p_event -> 'event_type')::text !~ '^"' then 'EVENT_TYPE_INVALID'
        when (p_event -> 'currency')::text !~ '^"[A-Za-z][A-Za-z][A-Za-z]"$'
            then 'CURRENCY_INVALID'
        when (p_event -> 'amount')::text !~ '^[1-9][0-9]*$'
            or p_event -> 'amount' > '9007199254740991' then 'AMOUNT_INVALID'
        when (p_event -> 'fee')::text !~ '^[0-9]+$'
            or p_event -> 'fee' > '9007199254740991' then 'FEE_INVALID'
        when (p_event -> 'metadata')::text !~ '^\{' then 'METADATA_INVALID'
        when length(v_occurred_at) > 40
            or coalesce(v_occurred_at, '') !~ (
                '^(19|2[0-9])[0-9][0-9]-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])[Tt ]'
                '([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9](\.[0-9]+)?)?'
                '([Zz]|[+-](0[0-9]|1[0-3])(:?[0-5][0-9])?|[+-]14(:?00)?)$'
            )
            or (substr(v_occurred_at, 9, 2) > '28' and not ledger.is_day_of_month(v_occurred_at))
            then 'OCCURRED_AT_INVALID'
    end;
begin
    if v_code is null and v_occurred_at::timestamptz > p_now + interval '5 minutes' then
        v_code := 'OCCURRED_AT_IN_FUTURE';
    end if;
    return v_code;
end;
$function$;

comment on function ledger.find_event_fault(jsonb, timestamptz)
is 'What is wrong with a processor event, as far as it can be told without the book.';
