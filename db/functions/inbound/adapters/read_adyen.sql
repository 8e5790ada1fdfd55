create or replace function inbound.read_adyen(p_document jsonb, p_settings jsonb)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_adyen(2)
 *     What a webhook of Adyen tells: a standard webhook, with one or several items, or one about a
 *     transfer of its platforms.
 * Parameters:
 *     p_document  - the document, any JSON
 *     p_settings  - the settings of the source, an object
 * Returns:
 *     what it tells, in the order in which it is to be posted; never no row, never an exception
 * Calls:  inbound.list_adyen_kinds, inbound.make_reading, inbound.read_adyen_item,
 *         inbound.read_adyen_transfer, inbound.read_text
 */
declare
    v_kind text := inbound.read_text(p_document -> 'type');
    v_items constant jsonb := p_document -> 'notificationItems';
    v_item jsonb;
    v_known inbound.webhook_kind;
    r_item record;
begin
    if jsonb_typeof(v_items) = 'array' and v_items <> '[]' then
        for r_item in
            select i.value
            from jsonb_array_elements(v_items) with ordinality as i (value, item_no)
            order by i.item_no
        loop
            v_item := r_item.value -> 'NotificationRequestItem';
            v_kind := inbound.read_text(v_item -> 'eventCode');
            v_known := null;
            select k.*
            into v_known
            from inbound.list_adyen_kinds() as k
            where k.kind = v_kind;

            if v_kind is null then
                return next inbound.make_reading(
                    'refused', null, 'FIELD_MISSING', 'the item has no eventCode'
                );
            elsif v_known.kind is null or v_kind like 'balancePlatform.%' then
                return next inbound.make_reading(
                    'unknown', v_kind, 'KIND_UNKNOWN', 'no adapter knows this kind'
                );
            else
                return query
                select r.*
                from inbound.read_adyen_item(
                    v_known, v_item, p_document -> 'live', p_settings
                ) as r;
            end if;
        end loop;
    elsif v_kind in ('balancePlatform.transfer.created', 'balancePlatform.transfer.updated') then
        return next inbound.read_adyen_transfer(v_kind, p_document, p_settings);
    elsif v_kind is not null then
        return next inbound.make_reading(
            'unknown', v_kind, 'KIND_UNKNOWN', 'no adapter knows this kind'
        );
    else
        return next inbound.make_reading(
            'refused', null, 'FIELD_MISSING',
            'the document is no webhook of Adyen: it has no notificationItems and no type'
        );
    end if;
end;
$function$;

comment on function inbound.read_adyen(jsonb, jsonb)
is 'What a webhook of Adyen tells.';
