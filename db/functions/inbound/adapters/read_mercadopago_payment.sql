create or replace function inbound.read_mercadopago_payment(
    p_payment jsonb,
    p_has_chargeback boolean,
    p_settings jsonb
)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_mercadopago_payment(3)
 *     A payment of Mercado Pago in the state in which it was fetched: its charge, if it was ever
 *     approved, and its refunds. Each has an id of its own, so that it does not matter how often
 *     and in which states one looks.
 * Parameters:
 *     p_payment         - the payment
 *     p_has_chargeback  - whether its chargeback comes with it
 *     p_settings        - the settings of the source
 * Returns:
 *     the readings, in the order in which they are to be posted
 * Calls:  inbound.list_mercadopago_kinds, inbound.make_reading, inbound.name_restaurant,
 *         inbound.pick_metadata, inbound.read_id, inbound.read_mercadopago_fee,
 *         inbound.read_mercadopago_refunds, inbound.read_text, inbound.write_reading
 */
declare
    v_kind constant text := 'payment.' || coalesce(inbound.read_text(p_payment -> 'status'), '');
    v_refunds constant jsonb := case
        when jsonb_typeof(p_payment -> 'refunds') = 'array' then p_payment -> 'refunds' else '[]'
    end;
    v_known inbound.webhook_kind;
    v_optional constant jsonb := jsonb_build_object(
        'restaurant_id', inbound.name_restaurant(
            coalesce(nullif(p_payment -> 'collector_id', 'null'), p_payment -> 'collector'),
            p_payment, p_settings, '{metadata,restaurant_id}'
        )
    );
begin
    select k.*
    into v_known
    from inbound.list_mercadopago_kinds() as k
    where k.kind = v_kind;

    if v_known.kind is null then
        return next inbound.make_reading(
            'unknown', v_kind, 'KIND_UNKNOWN', 'no adapter knows a payment of this status'
        );
        return;
    elsif v_known.outcome <> 'event' then
        return next inbound.make_reading('ignored', v_kind, 'KIND_IGNORED', v_known.says);
        return;
    end if;
    if v_refunds = '[]' or p_payment -> 'date_approved' <> 'null' then
        return next inbound.write_reading(
            'mercadopago', v_kind,
            jsonb_build_object(
                'event_id', 'payment:' || inbound.read_id(p_payment -> 'id'),
                'event_type', 'charge_succeeded',
                'occurred_at', p_payment -> 'date_approved',
                'livemode', p_payment -> 'live_mode',
                'payment_id', p_payment -> 'id',
                'currency', p_payment -> 'currency_id',
                'amount', p_payment -> 'transaction_amount',
                'metadata', jsonb_strip_nulls(
                    jsonb_build_object(
                        'reservation_id', inbound.read_text(p_payment -> 'external_reference')
                    )
                ) || inbound.pick_metadata(p_payment -> 'metadata', '', p_settings)
            ),
            v_optional || jsonb_build_object(
                'fee', inbound.read_mercadopago_fee(p_payment -> 'fee_details'),
                'available_on', p_payment -> 'money_release_date'
            )
        );
    end if;
    return query
    select r.*
    from inbound.read_mercadopago_refunds(v_kind, v_refunds, p_payment, v_optional) as r;

    if v_kind = 'payment.refunded' and v_refunds = '[]' then
        return next inbound.make_reading(
            'refused', v_kind, 'FIELD_MISSING', 'the payment is refunded, and names no refund',
            'refund_id'
        );
    elsif v_kind = 'payment.charged_back' and not p_has_chargeback then
        return next inbound.make_reading(
            'ignored', v_kind, 'STATE_IGNORED', 'the chargeback tells the dispute'
        );
    end if;
end;
$function$;

comment on function inbound.read_mercadopago_payment(jsonb, boolean, jsonb)
is 'A payment of Mercado Pago in the state in which it was fetched.';
