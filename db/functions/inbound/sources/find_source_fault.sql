create or replace function inbound.find_source_fault(p_scheme text, p_settings jsonb)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.find_source_fault(2)
 *     What is wrong with the settings of a source. One that nothing knows is a slip of the pen.
 * Parameters:
 *     p_scheme    - its scheme
 *     p_settings  - its settings
 * Returns:
 *     a sentence; null if nothing is wrong
 * Calls:  ledger.find_wild_number, inbound.find_adapter_settings_fault
 */
    select case
        when jsonb_typeof(p_settings) is distinct from 'object' then 'settings must be an object'
        when ledger.find_wild_number(p_settings) is not null
            then 'there is a number with more than 20 digits before or after its point'
        when octet_length(p_settings::text) > 65536 then 'settings are at most 64 kB'
        when exists (
            select 1
            from jsonb_object_keys(p_settings) as k (name)
            where k.name <> all(array[
                'enabled', 'adapter', 'provider', 'basic', 'header', 'algorithm', 'encoding',
                'prefix', 'key_encoding', 'timestamp_header', 'accounts', 'restaurant_path',
                'metadata_fields', 'charge_on', 'several_captures'
            ])
        ) then 'there is a setting that nothing knows; docs/webhooks-in.md has the list'
        when exists (
            select 1
            from jsonb_each(p_settings) as s (name, value)
            where s.name in ('enabled', 'basic')
                and jsonb_typeof(s.value) <> 'boolean'
        ) then 'enabled and basic are true or false'
        when exists (
            select 1
            from jsonb_each(p_settings) as s (name, value)
            where s.name in (
                    'header', 'algorithm', 'encoding', 'prefix', 'key_encoding',
                    'timestamp_header'
                )
                and (p_scheme <> 'hmac' or jsonb_typeof(s.value) <> 'string')
        ) then 'header, algorithm, encoding, prefix, key_encoding and timestamp_header are texts, '
            'of the scheme hmac'
        when p_settings ? 'adapter'
            and p_settings -> 'adapter' not in ('"stripe"', '"adyen"', '"mercadopago"', '"none"')
            then 'adapter is stripe, adyen, mercadopago or none'
        when p_settings ? 'provider' and (
            jsonb_typeof(p_settings -> 'provider') <> 'string'
            or p_settings ->> 'provider' !~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'
            or p_settings ->> 'provider' = 'operator'
        ) then 'provider is 1 to 64 letters, digits, . _ -, and not operator'
        when p_settings ->> 'algorithm' not in ('sha256', 'sha384', 'sha512')
            then 'algorithm is sha256, sha384 or sha512'
        when p_settings ->> 'encoding' not in ('hex', 'base64') then 'encoding is hex or base64'
        when p_settings ->> 'key_encoding' not in ('text', 'hex', 'base64')
            then 'key_encoding is text, hex or base64'
        when p_settings ->> 'header' !~ '^[A-Za-z0-9-]{1,64}$'
            or p_settings ->> 'timestamp_header' !~ '^[A-Za-z0-9-]{1,64}$'
            then 'a header''s name is 1 to 64 letters, digits and -'
        when p_settings ->> 'prefix' !~ '^[!-~]{0,32}$'
            then 'prefix is at most 32 visible characters'
        else inbound.find_adapter_settings_fault(p_settings ->> 'adapter', p_settings)
    end;
$function$;

comment on function inbound.find_source_fault(text, jsonb)
is 'What is wrong with the settings of a source.';
