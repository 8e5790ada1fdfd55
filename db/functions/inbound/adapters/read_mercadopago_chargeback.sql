create or replace function inbound.read_mercadopago_chargeback(
    p_chargeback jsonb,
    p_payment jsonb,
    p_settings jsonb
)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_mercadopago_chargeback(3)
 *     A chargeback of Mercado Pago in the state in which it was fetched: its opening, and how it
 *     ended, once coverage_applied says so.
 * Parameters:
 *     p_chargeback  - the chargeback
 *     p_payment     - its payment, if that comes with it: it may name the restaurant
 *     p_settings    - the settings of the source
 * Returns:
 *     the readings, in the order in which they are to be posted
 * Calls:  inbound.make_reading, inbound.name_restaurant, inbound.read_id, inbound.write_reading
 */
declare
    v_is_covered constant jsonb := coalesce(p_chargeback -> 'coverage_applied', 'null');
    v_event constant jsonb := jsonb_build_object(
        'event_id', 'chargeback:' || inbound.read_id(p_chargeback -> 'id'),
        'event_type', 'dispute_opened',
        'occurred_at', p_chargeback -> 'date_created',
        'livemode', p_chargeback -> 'live_mode',
        'dispute_id', p_chargeback -> 'id',
        'payment_id', p_chargeback #> '{payments,0}',
        'currency', p_chargeback -> 'currency',
        'amount', p_chargeback -> 'amount'
    );
    v_optional constant jsonb := jsonb_build_object(
        'restaurant_id', inbound.name_restaurant(
            coalesce(nullif(p_payment -> 'collector_id', 'null'), p_payment -> 'collector'),
            p_payment, p_settings, '{metadata,restaurant_id}'
        )
    );
begin
    if p_chargeback #> '{payments,1}' is not null then
        return next inbound.make_reading(
            'refused', 'chargeback', 'NEEDS_A_PERSON', 'the chargeback is of several payments',
            'payment_id'
        );
        return;
    elsif v_is_covered not in ('null', 'true', 'false') then
        return next inbound.make_reading(
            'refused', 'chargeback', 'FIELD_INVALID', 'coverage_applied is none of true and false'
        );
        return;
    end if;
    return next inbound.write_reading('mercadopago', 'chargeback', v_event, v_optional);
    if v_is_covered <> 'null' then
        return next inbound.write_reading(
            'mercadopago', 'chargeback',
            v_event || jsonb_build_object(
                'event_id', (v_event ->> 'event_id')
                || case when v_is_covered = 'true' then ':won' else ':lost' end,
                'event_type', case
                    when v_is_covered = 'true' then 'dispute_won' else 'dispute_lost'
                end,
                'occurred_at', p_chargeback -> 'date_last_updated'
            ),
            v_optional
        );
    end if;
end;
$function$;

comment on function inbound.read_mercadopago_chargeback(jsonb, jsonb, jsonb)
is 'A chargeback of Mercado Pago in the state in which it was fetched.';
