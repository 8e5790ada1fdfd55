create or replace function inbound.write_reading(
    p_adapter text,
    p_kind text,
    p_event jsonb,
    p_optional jsonb
)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.write_reading(4)
 *     Writes an event from a processor's own values: ids become text, moments dates of ISO 8601,
 *     amounts minor units, exactly. What is missing or cannot be read is refused, whatever JSON it
 *     is; what an event may not say is left to the ledger to judge.
 * Parameters:
 *     p_adapter   - stripe, adyen or mercadopago
 *     p_kind      - what the processor calls it
 *     p_event     - the members that the event must have, by our names
 *     p_optional  - those it may have
 * Returns:
 *     the reading
 * Calls:  inbound.make_reading, inbound.read_amount, inbound.read_flag, inbound.read_id,
 *         inbound.read_moment, inbound.read_text
 * Reads:  ledger.currencies
 */
declare
    v_given constant jsonb := jsonb_strip_nulls(p_optional) || p_event;
    v_currency constant text := upper(inbound.read_text(v_given -> 'currency') collate "C");
    v_is_known constant boolean := exists (
        select 1 from ledger.currencies as c where c.currency = v_currency
    );
    v_event jsonb := '{}'::jsonb;
    v_value jsonb;
    v_number numeric;
    r_member record;
begin
    for r_member in
        select m.key as field, nullif(m.value, 'null') as value
        from jsonb_each(v_given) as m
        order by m.key <> 'currency', m.key collate "C"
    loop
        if r_member.value is null then
            return inbound.make_reading(
                'refused', p_kind, 'FIELD_MISSING',
                'the document lacks what is to be the event''s ' || r_member.field, r_member.field
            );
        end if;
        if r_member.field = 'currency' and not v_is_known then
            return inbound.make_reading(
                'refused', p_kind, 'CURRENCY_UNKNOWN', 'the currency is none of ISO 4217',
                'currency'
            );
        elsif r_member.field = 'restaurant_id' and r_member.value = 'false' then
            return inbound.make_reading(
                'refused', p_kind, 'ACCOUNT_UNKNOWN',
                'the account is none of those in the source''s setting accounts', 'restaurant_id'
            );
        elsif r_member.field in ('amount', 'fee') then
            v_number := inbound.read_amount(p_adapter, v_currency, r_member.value);
            if v_number <> trunc(v_number) then
                return inbound.make_reading(
                    'refused', p_kind, 'AMOUNT_NOT_EXACT', format(
                        'the %s has more decimals than %s has', r_member.field, v_currency
                    ), r_member.field
                );
            end if;
            v_value := case
                when v_number between (r_member.field = 'amount')::integer and 9007199254740991
                    then to_jsonb(trunc(v_number))
            end;
        else
            v_value := case r_member.field
                when 'event_type' then r_member.value
                when 'currency' then to_jsonb(v_currency)
                when 'metadata' then r_member.value
                when 'livemode' then to_jsonb(inbound.read_flag(r_member.value))
                when 'occurred_at' then to_jsonb(inbound.read_moment(r_member.value))
                when 'available_on' then to_jsonb(left(inbound.read_moment(r_member.value), 10))
                when 'failure_code' then to_jsonb(inbound.read_text(r_member.value))
                when 'failure_message' then to_jsonb(inbound.read_text(r_member.value))
                else to_jsonb(inbound.read_id(r_member.value))
            end;
        end if;
        if v_value is null and r_member.field !~ '^failure_' then
            return inbound.make_reading(
                'refused', p_kind, case
                    when r_member.field in ('amount', 'fee') then 'AMOUNT_INVALID'
                    else 'FIELD_INVALID'
                end,
                'the document has something else where the event''s ' || r_member.field
                || ' is to come from', r_member.field
            );
        end if;
        v_event := v_event || coalesce(jsonb_build_object(r_member.field, v_value), '{}');
    end loop;
    return row('event', p_kind, jsonb_strip_nulls(v_event), null, null, null)::inbound.reading;
end;
$function$;

comment on function inbound.write_reading(text, text, jsonb, jsonb)
is 'Writes an event from a processor''s own values, or refuses what cannot be read.';
