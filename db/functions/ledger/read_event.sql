create or replace function ledger.read_event(p_event jsonb, p_now timestamptz)
returns ledger.event_input
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_event(2)
 *     Reads a processor event: types, formats and ranges, whatever can be said without the book.
 *     Every operator here is prepared anew in each transaction, so there are few: the text of a
 *     JSON value, with its quotes, tells type and format at once; no bounded repetition, which
 *     makes a regular expression slow.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the typed fields and the hash of the business content; or, if something is wrong, the code
 *     and details of the first thing found
 * Calls:  ledger.is_day_of_month, ledger.read_invalid_event
 */
declare
    v_event ledger.event_input;
    v_occurred_at constant text := case
        when jsonb_typeof(p_event) = 'object' then p_event ->> 'occurred_at'
    end;
    v_code text := case
        when jsonb_typeof(p_event) <> 'object' then 'EVENT_NOT_OBJECT'
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
    if v_code is not null then
        return ledger.read_invalid_event(p_event, v_code);
    end if;

    v_event := row(
        coalesce(p_event ->> 'provider', 'default'), p_event ->> 'event_id',
        p_event ->> 'event_type', p_event ->> 'restaurant_id',
        upper(p_event ->> 'currency' collate "C"),
        (p_event -> 'amount')::bigint, coalesce((p_event -> 'fee')::bigint, 0),
        v_occurred_at::timestamptz, null, null, p_event, null, null, null
    );
    -- Without the id, so that the same facts under two ids can be found. The moment in binary: its
    -- text depends on the session's time zone.
    v_event.content_hash := sha256(
        timestamptz_send(v_event.occurred_at) || convert_to(
            concat_ws(
                ' ', v_event.event_type, v_event.restaurant_id, v_event.currency, v_event.amount,
                v_event.fee, coalesce(p_event -> 'metadata', '{}'), p_event ->> 'payout_id'
            ),
            'UTF8'
        )
    );
    return v_event;
end;
$function$;

comment on function ledger.read_event(jsonb, timestamptz)
is 'Reads a processor event: the typed fields, or what is wrong with it.';
