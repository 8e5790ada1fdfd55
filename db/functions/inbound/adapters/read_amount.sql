create or replace function inbound.read_amount(p_adapter text, p_currency text, p_value jsonb)
returns numeric
language sql
stable
parallel safe
as $function$
/*
 * Function: inbound.read_amount(3)
 *     An amount of a processor in minor units of ISO 4217, exactly: nothing is rounded.
 * Parameters:
 *     p_adapter   - stripe, adyen or mercadopago
 *     p_currency  - upper case
 *     p_value     - any JSON
 * Returns:
 *     the amount, a fraction where it comes to one; null if it is no number of a usual size, or
 *     the currency is not known
 * Calls:  inbound.read_exponent
 * Reads:  ledger.currencies
 */
    select
        -- A value that is known when this is planned is cast then, whatever the where says.
        case when jsonb_typeof(p_value) = 'number' then p_value::numeric end * power(
            10::numeric,
            c.exponent - coalesce(inbound.read_exponent(p_adapter, p_currency), c.exponent)
        )
    from ledger.currencies as c
    where c.currency = p_currency
        and case
            when jsonb_typeof(p_value) = 'number'
                then abs(p_value::numeric) < 100000000000000000000
                    and scale(p_value::numeric) <= 20
        end;
$function$;

comment on function inbound.read_amount(text, text, jsonb)
is 'An amount of a processor in minor units of ISO 4217, exactly.';
