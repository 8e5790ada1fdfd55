create or replace function inbound.is_signed_adyen(
    p_document jsonb,
    p_keys inbound.source_secrets[]
)
returns boolean
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.is_signed_adyen(2)
 *     Verifies a webhook of Adyen: every item has the HMAC of eight of its fields, with colons
 *     between. Adyen's libraries escape nothing and look at the first item only. Here each has to
 *     be right; escaped fields are taken, too; and unescaped only the merchant's own reference may
 *     have a colon, so that no field can be moved over into another one.
 * Parameters:
 *     p_document  - the document; null: it is no JSON that can be taken
 *     p_keys      - the keys that are valid now
 * Returns:
 *     true or false; false if there is no item
 * Calls:  inbound.is_signed
 */
declare
    v_escape constant text := chr(92);
    v_fields text[];
    v_plain text;
    r_item record;
begin
    if jsonb_typeof(p_document -> 'notificationItems') is distinct from 'array'
        or p_document -> 'notificationItems' = '[]'
        or p_document @? 'strict $.notificationItems[*] ? (@.type() != "object")' then
        return false;
    end if;
    for r_item in
        select
            n.item -> 'NotificationRequestItem' as item,
            n.item #>> '{NotificationRequestItem,additionalData,hmacSignature}' as signature
        from jsonb_array_elements(p_document -> 'notificationItems') as n (item)
    loop
        if (
            jsonb_typeof(r_item.item) = 'object'
            and r_item.signature ~ '^[A-Za-z0-9+/]{43}=$'
            and coalesce(r_item.item #>> '{amount,value}', '') ~ '^(-?[0-9]{1,18})?$'
            and r_item.item ->> 'success' in ('true', 'false')
        ) is not true then
            return false;
        end if;
        v_fields := array[
            coalesce(r_item.item ->> 'pspReference', ''),
            coalesce(r_item.item ->> 'originalReference', ''),
            coalesce(r_item.item ->> 'merchantAccountCode', ''),
            coalesce(r_item.item ->> 'merchantReference', ''),
            coalesce(r_item.item #>> '{amount,value}', ''),
            coalesce(r_item.item #>> '{amount,currency}', ''),
            coalesce(r_item.item ->> 'eventCode', ''),
            r_item.item ->> 'success'
        ];
        v_plain := case
            when position(':' in concat(
                v_fields[1], v_fields[2], v_fields[3], v_fields[6], v_fields[7]
            )) = 0 then array_to_string(v_fields, ':')
        end;
        continue when inbound.is_signed(
            convert_to(v_plain, 'UTF8'), array[decode(r_item.signature, 'base64')], p_keys
        );
        if not inbound.is_signed(
            convert_to(
                (
                    select string_agg(
                        replace(
                            replace(f.field, v_escape, v_escape || v_escape), ':', v_escape || ':'
                        ),
                        ':' order by f.field_no
                    )
                    from unnest(v_fields) with ordinality as f (field, field_no)
                ),
                'UTF8'
            ),
            array[decode(r_item.signature, 'base64')],
            p_keys
        ) then
            return false;
        end if;
    end loop;
    return true;
end;
$function$;

comment on function inbound.is_signed_adyen(jsonb, inbound.source_secrets[])
is 'Verifies a webhook of Adyen, item by item.';
