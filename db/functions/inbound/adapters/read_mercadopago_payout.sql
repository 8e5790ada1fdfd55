create or replace function inbound.read_mercadopago_payout(p_payout jsonb, p_settings jsonb)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_mercadopago_payout(2)
 *     A transaction of a payout of Mercado Pago. It is one of ours if its external_reference is the
 *     payout_id that it was given at the hand-over.
 * Parameters:
 *     p_payout    - the transaction
 *     p_settings  - the settings of the source
 * Returns:
 *     the reading
 * Calls:  inbound.is_payout_id, inbound.list_mercadopago_kinds, inbound.make_reading,
 *         inbound.name_restaurant, inbound.read_id, inbound.read_text, inbound.write_reading
 */
declare
    v_status constant text := inbound.read_text(p_payout -> 'status');
    v_detail constant text := inbound.read_text(p_payout -> 'status_detail');
    v_kind constant text := 'payout.' || coalesce(v_status, '');
    v_known inbound.webhook_kind;
begin
    select k.*
    into v_known
    from inbound.list_mercadopago_kinds() as k
    where k.kind = v_kind;

    if not inbound.is_payout_id(p_payout -> 'external_reference') then
        return inbound.make_reading(
            'ignored', v_kind, 'PAYOUT_NOT_OURS',
            'its external_reference is no payout_id: it is none that cuenta handed over'
        );
    elsif v_known.kind is null then
        return inbound.make_reading(
            'unknown', v_kind, 'KIND_UNKNOWN', 'no adapter knows a payout of this status'
        );
    elsif v_known.outcome = 'ignored' then
        return inbound.make_reading('ignored', v_kind, 'KIND_IGNORED', v_known.says);
    elsif v_known.outcome = 'refused' then
        return inbound.make_reading('refused', v_kind, 'NEEDS_A_PERSON', v_known.says);
    elsif v_status = 'success' and v_detail is distinct from 'accredited' then
        return inbound.make_reading(
            'ignored', v_kind, 'STATE_IGNORED', 'the payout is under way: it is not accredited'
        );
    end if;
    return inbound.write_reading(
        'mercadopago', v_kind,
        jsonb_build_object(
            'event_id', 'payout:' || inbound.read_id(p_payout -> 'id')
            || ':' || case v_status when 'success' then v_detail else v_status end,
            'event_type', v_known.becomes,
            'occurred_at', p_payout -> 'last_updated_date',
            'payout_id', p_payout -> 'external_reference',
            'currency', p_payout -> 'currency_id',
            'amount', p_payout -> 'amount'
        ),
        jsonb_build_object(
            'livemode', p_payout -> 'live_mode',
            'restaurant_id', inbound.name_restaurant(
                p_payout -> 'collector_id', null, p_settings, null
            ),
            'failure_code', case v_known.becomes when 'payout_failed' then v_detail end
        )
    );
end;
$function$;

comment on function inbound.read_mercadopago_payout(jsonb, jsonb)
is 'A transaction of a payout of Mercado Pago.';
