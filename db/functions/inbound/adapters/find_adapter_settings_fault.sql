create or replace function inbound.find_adapter_settings_fault(p_adapter text, p_settings jsonb)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.find_adapter_settings_fault(2)
 *     What is wrong with those settings of a source that its adapter reads.
 * Parameters:
 *     p_adapter   - stripe, adyen or mercadopago
 *     p_settings  - the settings
 * Returns:
 *     a sentence; null if nothing is wrong
 */
    select case
        when jsonb_typeof(p_settings) is distinct from 'object' then 'settings must be an object'
        when p_settings ? 'accounts' and (
            jsonb_typeof(p_settings -> 'accounts') <> 'object'
            or p_settings @? 'strict $.accounts.* ? (@.type() != "string")'
            or p_settings @? 'strict $.accounts.* ? (
                !(@ like_regex "^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$")
            )'
        ) then 'accounts must be an object: a restaurant_id for each account of the processor'
        when p_settings ? 'restaurant_path' and (
            jsonb_typeof(p_settings -> 'restaurant_path') <> 'array'
            or p_settings -> 'restaurant_path' = '[]'
            or p_settings @? 'strict $.restaurant_path[*] ? (@.type() != "string")'
        ) then 'restaurant_path must be an array of member names, as ["metadata", "restaurant_id"]'
        when p_settings ? 'metadata_fields' and (
            jsonb_typeof(p_settings -> 'metadata_fields') <> 'array'
            or p_settings @? 'strict $.metadata_fields[*] ? (@.type() != "string")'
        ) then 'metadata_fields must be an array of member names, as ["reservation_id"]'
        when p_settings ? 'charge_on' and (
            p_adapter <> 'adyen'
            or p_settings -> 'charge_on' not in ('"CAPTURE"', '"AUTHORISATION"')
        ) then 'charge_on is CAPTURE or AUTHORISATION, and of the adapter adyen'
        when p_settings ? 'several_captures' and (
            p_adapter <> 'adyen' or jsonb_typeof(p_settings -> 'several_captures') <> 'boolean'
        ) then 'several_captures is true or false, and of the adapter adyen'
    end;
$function$;

comment on function inbound.find_adapter_settings_fault(text, jsonb)
is 'What is wrong with those settings of a source that its adapter reads.';
