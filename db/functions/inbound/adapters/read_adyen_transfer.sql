create or replace function inbound.read_adyen_transfer(
    p_kind text,
    p_document jsonb,
    p_settings jsonb
)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_adyen_transfer(3)
 *     A transfer of Adyen's platforms. It is a payout of ours if its reference is the payout_id
 *     that it was given at the hand-over. Each state is an event of its own.
 * Parameters:
 *     p_kind      - the type of the webhook
 *     p_document  - the webhook
 *     p_settings  - the settings of the source
 * Returns:
 *     the reading
 * Calls:  inbound.is_payout_id, inbound.make_reading, inbound.name_restaurant, inbound.read_id,
 *         inbound.read_text, inbound.write_reading
 */
declare
    v_data constant jsonb := p_document -> 'data';
    v_status constant text := inbound.read_text(v_data -> 'status');
    v_reason constant text := inbound.read_text(v_data -> 'reason');
    v_type constant text := case
        when v_status in ('booked', 'credited') then 'payout_paid'
        when v_status in ('failed', 'refused', 'returned', 'error') then 'payout_failed'
        when v_status in ('cancelled', 'canceled') then 'payout_canceled'
    end;
begin
    if not inbound.is_payout_id(v_data -> 'reference') then
        return inbound.make_reading(
            'ignored', p_kind, 'PAYOUT_NOT_OURS',
            'its reference is no payout_id: it is none that cuenta handed over'
        );
    elsif v_status is null then
        return inbound.make_reading(
            'refused', p_kind, 'STATE_UNKNOWN', 'the transfer has no status'
        );
    elsif v_type is null then
        return inbound.make_reading(
            'ignored', p_kind, 'STATE_IGNORED', 'the payout is under way: its status is not final'
        );
    end if;
    return inbound.write_reading(
        'adyen', p_kind,
        jsonb_build_object(
            'event_id', inbound.read_id(v_data -> 'id') || ':' || v_status,
            'event_type', v_type,
            'occurred_at', p_document -> 'timestamp',
            'livemode', p_document -> 'environment',
            'payout_id', v_data -> 'reference',
            'currency', v_data #> '{amount,currency}',
            'amount', v_data #> '{amount,value}'
        ),
        jsonb_build_object(
            'restaurant_id', inbound.name_restaurant(
                v_data #> '{balanceAccount,id}', null, p_settings, null
            ),
            'failure_code', case
                when v_type = 'payout_failed' and v_reason ~ '^[A-Za-z0-9_.-]{1,64}$' then v_reason
            end,
            'failure_message', case when v_type = 'payout_failed' then v_reason end
        )
    );
end;
$function$;

comment on function inbound.read_adyen_transfer(text, jsonb, jsonb)
is 'A transfer of Adyen''s platforms.';
