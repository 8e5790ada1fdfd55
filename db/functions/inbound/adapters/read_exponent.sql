create or replace function inbound.read_exponent(p_adapter text, p_currency text)
returns integer
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_exponent(2)
 *     How many decimals a processor's amounts of a currency have, where that is not ISO 4217's
 *     number of them. Stripe takes ISK and UGX as if they had two, and MGA as if it had none;
 *     Adyen has a table of its own; Mercado Pago counts whole units.
 * Parameters:
 *     p_adapter   - stripe, adyen or mercadopago
 *     p_currency  - upper case
 * Returns:
 *     the number; null: that of ISO 4217
 */
    select case
        when p_adapter = 'mercadopago' then 0
        when p_adapter = 'stripe' and p_currency in ('ISK', 'UGX') then 2
        when p_adapter = 'stripe' and p_currency = 'MGA' then 0
        when p_adapter = 'adyen' and p_currency in ('CLP', 'ISK') then 2
        when p_adapter = 'adyen' and p_currency in ('CVE', 'IDR') then 0
    end;
$function$;

comment on function inbound.read_exponent(text, text)
is 'How many decimals a processor gives a currency, where ISO 4217 gives it others.';
