create or replace function inbound.read_secret(
    p_scheme text,
    p_settings jsonb,
    p_secret text
)
returns bytea
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_secret(3)
 *     The bytes of the key that a secret stands for.
 * Parameters:
 *     p_scheme    - standard: whsec_ and base64. adyen: hexadecimal. hmac: as the setting
 *                   key_encoding says. Others: the text itself; basic: name:password
 *     p_settings  - the settings of the source
 *     p_secret    - the text
 * Returns:
 *     the bytes; null if it is not written like that, or fewer than 8 bytes
 */
    select case when length(k.key) >= 8 then k.key end
    from (
        select
            case
                when p_scheme = 'standard'
                    then substring(p_secret, '^whsec_([A-Za-z0-9+/]+={0,2})$')
                when p_scheme = 'hmac' and p_settings ->> 'key_encoding' = 'base64'
                    then substring(p_secret, '^[A-Za-z0-9+/]+={0,2}$')
            end as in_base64,
            case
                when p_scheme = 'adyen'
                    or (p_scheme = 'hmac' and p_settings ->> 'key_encoding' = 'hex')
                    then substring(p_secret, '^([0-9A-Fa-f][0-9A-Fa-f])+$')
            end as in_hex,
            case
                when p_scheme = 'basic' then substring(p_secret, '^[^:[:cntrl:]]+:[^[:cntrl:]]+$')
                when p_scheme in ('stripe', 'mercadopago')
                    or (
                        p_scheme = 'hmac'
                        and coalesce(p_settings ->> 'key_encoding', 'text') = 'text'
                    )
                    then substring(p_secret, '^[^[:cntrl:]]+$')
            end as in_words
    ) as s
    cross join lateral (
        select
            case
                -- Padding may be left out; a single character too many stands for nothing.
                when length(rtrim(s.in_base64, '=')) % 4 <> 1
                    then decode(
                        rpad(
                            rtrim(s.in_base64, '='),
                            (length(rtrim(s.in_base64, '=')) + 3) / 4 * 4,
                            '='
                        ),
                        'base64'
                    )
                when s.in_hex is not null then decode(p_secret, 'hex')
                when s.in_words is not null then convert_to(p_secret, 'UTF8')
            end as key
    ) as k
    where length(p_secret) <= 1024;
$function$;

comment on function inbound.read_secret(text, jsonb, text)
is 'The bytes of the key that a secret stands for.';
