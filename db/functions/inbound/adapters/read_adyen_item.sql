create or replace function inbound.read_adyen_item(
    p_known inbound.webhook_kind,
    p_item jsonb,
    p_live jsonb,
    p_settings jsonb
)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_adyen_item(4)
 *     One item of a standard webhook of Adyen. It has no id of its own: what happened, and to what,
 *     makes one, so that the same item told twice is the same event.
 * Parameters:
 *     p_known     - its kind
 *     p_item      - the NotificationRequestItem
 *     p_live      - what the webhook says of live and test
 *     p_settings  - the settings of the source
 * Returns:
 *     the readings, in the order in which they are to be posted
 * Calls:  inbound.name_restaurant, inbound.pass_over_adyen_item, inbound.pick_metadata,
 *         inbound.read_flag, inbound.read_id, inbound.read_text, inbound.write_reading
 */
declare
    v_kind constant text := p_known.kind;
    v_more constant jsonb := p_item -> 'additionalData';
    v_is_good constant boolean := inbound.read_flag(p_item -> 'success');
    v_has_several constant boolean := p_settings -> 'several_captures' is not distinct from 'true';
    v_psp constant text := inbound.read_id(p_item -> 'pspReference');
    v_original constant jsonb := p_item -> 'originalReference';
    v_pass constant inbound.reading := inbound.pass_over_adyen_item(p_known, p_item, p_settings);
    v_reason text := inbound.read_text(p_item -> 'reason');
    v_event jsonb;
    v_optional jsonb;
    v_type text := p_known.becomes;
begin
    if v_pass.outcome is not null then
        return next v_pass;
        return;
    end if;
    v_optional := jsonb_build_object(
        'restaurant_id', inbound.name_restaurant(
            p_item -> 'merchantAccountCode', p_item, p_settings,
            '{additionalData,metadata.restaurant_id}'
        )
    );
    v_event := jsonb_build_object(
        'event_id', v_kind || ':' || v_psp || case when v_is_good then '' else ':false' end,
        'occurred_at', p_item -> 'eventDate',
        'livemode', p_live,
        'currency', p_item #> '{amount,currency}',
        'amount', p_item #> '{amount,value}'
    );
    if v_type = 'charge_succeeded' then
        v_event := v_event || jsonb_build_object(
            'payment_id', case
                when v_kind = 'AUTHORISATION' or v_has_several then to_jsonb(v_psp)
                else v_original
            end,
            'metadata', jsonb_strip_nulls(
                jsonb_build_object(
                    'reservation_id', inbound.read_text(p_item -> 'merchantReference')
                )
            ) || inbound.pick_metadata(v_more, 'metadata.', p_settings)
        );
    elsif v_type like '%payout_failed' then
        v_type := case
            when v_kind = 'PAYOUT_THIRDPARTY' and v_is_good then 'payout_paid'
            else 'payout_failed'
        end;
        v_event := v_event || jsonb_build_object('payout_id', p_item -> 'merchantReference');
        v_optional := v_optional - 'restaurant_id' || jsonb_build_object(
            'failure_message', case v_type when 'payout_failed' then v_reason end
        );
    else
        v_type := split_part(p_known.becomes, ',', 1);
        v_reason := case
            when v_kind in ('CHARGEBACK', 'SECOND_CHARGEBACK')
                then coalesce(inbound.read_text(v_more -> 'chargebackReasonCode'), v_reason)
            when v_type = 'refund_failed' then v_reason
        end;
        v_event := v_event || jsonb_build_object(
            case when v_type like 'refund%' then 'refund_id' else 'dispute_id' end,
            v_psp || case when v_kind = 'SECOND_CHARGEBACK' then ':2' else '' end,
            'metadata', jsonb_strip_nulls(jsonb_build_object('reason', v_reason))
        ) || case
            when v_has_several then '{}'
            else jsonb_build_object('payment_id', v_original)
        end;
    end if;
    v_event := v_event || jsonb_build_object('event_type', v_type);
    return next inbound.write_reading('adyen', v_kind, v_event, v_optional);
    if v_kind = 'SECOND_CHARGEBACK' then
        return next inbound.write_reading(
            'adyen', v_kind, v_event || jsonb_build_object(
                'event_id', v_kind || ':' || v_psp || ':lost',
                'event_type', 'dispute_lost',
                'metadata', '{}'::jsonb
            ), v_optional
        );
    end if;
end;
$function$;

comment on function inbound.read_adyen_item(inbound.webhook_kind, jsonb, jsonb, jsonb)
is 'One item of a standard webhook of Adyen.';
