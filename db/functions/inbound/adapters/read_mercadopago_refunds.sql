create or replace function inbound.read_mercadopago_refunds(
    p_kind text,
    p_refunds jsonb,
    p_payment jsonb,
    p_optional jsonb
)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_mercadopago_refunds(4)
 *     The refunds that a payment of Mercado Pago shows.
 * Parameters:
 *     p_kind      - payment and its status
 *     p_refunds   - an array
 *     p_payment   - the payment
 *     p_optional  - what an event may have
 * Returns:
 *     a reading a refund
 * Calls:  inbound.make_reading, inbound.read_id, inbound.read_text, inbound.write_reading
 */
declare
    v_status text;
    r_refund record;
begin
    for r_refund in
        select r.value
        from jsonb_array_elements(p_refunds) with ordinality as r (value, item_no)
        order by r.item_no
    loop
        v_status := inbound.read_text(r_refund.value -> 'status');
        if v_status = 'approved' then
            return next inbound.write_reading(
                'mercadopago', p_kind,
                jsonb_build_object(
                    'event_id', 'refund:' || inbound.read_id(r_refund.value -> 'id'),
                    'event_type', 'refund_succeeded',
                    'occurred_at', r_refund.value -> 'date_created',
                    'livemode', p_payment -> 'live_mode',
                    'refund_id', r_refund.value -> 'id',
                    'payment_id', p_payment -> 'id',
                    'currency', p_payment -> 'currency_id',
                    'amount', r_refund.value -> 'amount'
                ),
                p_optional
            );
        elsif v_status in ('in_process', 'pending', 'rejected', 'cancelled') then
            return next inbound.make_reading(
                'ignored', p_kind, 'STATE_IGNORED', 'the refund is not approved'
            );
        else
            return next inbound.make_reading(
                'refused', p_kind, 'STATE_UNKNOWN', 'the status of a refund is none that is known'
            );
        end if;
    end loop;
end;
$function$;

comment on function inbound.read_mercadopago_refunds(text, jsonb, jsonb, jsonb)
is 'The refunds that a payment of Mercado Pago shows.';
