create or replace function ledger.read_event(p_event jsonb, p_now timestamptz)
returns ledger.event_input
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_event(2)
 *     Reads a processor event: types, formats and ranges, whatever can be said without the book.
 * Parameters:
 *     p_event  - the document
 *     p_now    - the clock
 * Returns:
 *     the typed fields; with code, message and details if something is wrong, the first thing found
 * Calls:  ledger.invalid_event, ledger.read_event_money
 * Reads:  ledger.event_types, ledger.posting_rules, ledger.currencies
 */
declare
    v_event ledger.event_input;
    v_field text;
    v_is_known_type boolean;
    v_is_known_currency boolean;
    v_takes_fee boolean;
begin
    v_event.payload := p_event;
    if jsonb_typeof(p_event) <> 'object' then
        return ledger.invalid_event(v_event, 'EVENT_NOT_OBJECT', null, 'an event is a JSON object');
    end if;

    -- The ids first, so that whatever is wrong with the rest is kept under them.
    if not p_event ? 'provider' then
        v_event.provider := 'default';
    elsif jsonb_typeof(p_event -> 'provider') = 'string'
        and p_event ->> 'provider' ~ '^[!-~]{1,64}$'
    then
        v_event.provider := p_event ->> 'provider';
    end if;
    if jsonb_typeof(p_event -> 'event_id') = 'string'
        and p_event ->> 'event_id' ~ '^[!-~]{1,128}$'
    then
        v_event.event_id := p_event ->> 'event_id';
    end if;
    if jsonb_typeof(p_event -> 'restaurant_id') = 'string'
        and p_event ->> 'restaurant_id' ~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'
    then
        v_event.restaurant_id := p_event ->> 'restaurant_id';
    end if;

    foreach v_field in array array[
        'event_id', 'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount'
    ] loop
        if p_event ->> v_field is null then
            return ledger.invalid_event(
                v_event, 'FIELD_MISSING', v_field, format('the field %s is missing', v_field)
            );
        end if;
    end loop;
    if v_event.provider is null then
        return ledger.invalid_event(v_event, 'PROVIDER_INVALID', 'provider',
            'provider must be a string of 1 to 64 visible ASCII characters');
    elsif v_event.event_id is null then
        return ledger.invalid_event(v_event, 'EVENT_ID_INVALID', 'event_id',
            'event_id must be a string of 1 to 128 visible ASCII characters');
    elsif v_event.restaurant_id is null then
        return ledger.invalid_event(v_event, 'RESTAURANT_ID_INVALID', 'restaurant_id',
            'restaurant_id must be 1 to 64 letters, digits or . _ : -, letter or digit first');
    elsif jsonb_typeof(p_event -> 'event_type') <> 'string' then
        return ledger.invalid_event(v_event, 'EVENT_TYPE_INVALID', 'event_type',
            'event_type must be a string');
    elsif jsonb_typeof(p_event -> 'currency') <> 'string'
        or p_event ->> 'currency' !~ '^[A-Za-z]{3}$'
    then
        return ledger.invalid_event(v_event, 'CURRENCY_INVALID', 'currency',
            'currency must be the three letters of an ISO 4217 code');
    end if;
    v_event.event_type := p_event ->> 'event_type';
    v_event.currency := upper(p_event ->> 'currency');

    select
        t.event_type is not null,
        c.currency is not null,
        coalesce(r.takes_fee, false),
        t.payout_status
    into v_is_known_type, v_is_known_currency, v_takes_fee, v_event.payout_status
    from (values (v_event.event_type, v_event.currency)) as k (event_type, currency)
    left join ledger.event_types as t on k.event_type = t.event_type
    left join ledger.posting_rules as r on t.event_type = r.event_type and r.payout_status = 'NONE'
    left join ledger.currencies as c on k.currency = c.currency;

    if not v_is_known_type then
        return ledger.invalid_event(v_event, 'EVENT_TYPE_UNKNOWN', 'event_type',
            'event_type is none that cuenta knows');
    elsif not v_is_known_currency then
        return ledger.invalid_event(v_event, 'CURRENCY_UNKNOWN', 'currency',
            'currency is none of ISO 4217');
    end if;

    v_event := ledger.read_event_money(v_event, p_now);
    if v_event.code is null and v_event.fee > 0 and not v_takes_fee then
        return ledger.invalid_event(v_event, 'FEE_NOT_ALLOWED', 'fee',
            format('a fee on %s would post nothing', v_event.event_type));
    end if;
    return v_event;
end;
$function$;

comment on function ledger.read_event(jsonb, timestamptz)
is 'Reads a processor event: the typed fields, or what is wrong with it.';
