create or replace function inbound.read_stripe_charge(
    p_kind text,
    p_object jsonb,
    p_event jsonb,
    p_optional jsonb,
    p_settings jsonb
)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_stripe_charge(5)
 *     A charge of Stripe. If its balance transaction is given whole, what Stripe owes is what that
 *     says: its amount, fee, currency and day.
 * Parameters:
 *     p_kind      - the type of Stripe's event
 *     p_object    - the charge
 *     p_event     - what is read of the event already, and must be there
 *     p_optional  - and what may be
 *     p_settings  - the settings of the source
 * Returns:
 *     the reading
 * Calls:  inbound.make_reading, inbound.pick_metadata, inbound.read_id, inbound.write_reading
 */
declare
    v_settled constant jsonb := case
        when jsonb_typeof(p_object -> 'balance_transaction') = 'object'
            then p_object -> 'balance_transaction'
    end;
begin
    if p_object -> 'captured' = 'false' then
        return inbound.make_reading(
            'ignored', p_kind, 'STATE_IGNORED', 'it is not captured: charge.captured tells when'
        );
    elsif coalesce(p_object -> 'status', '"succeeded"') <> '"succeeded"' then
        return inbound.make_reading(
            'ignored', p_kind, 'STATE_IGNORED', 'the charge has not succeeded'
        );
    elsif p_object -> 'captured' is distinct from 'true' then
        return inbound.make_reading(
            'refused', p_kind, 'FIELD_INVALID', 'captured is neither true nor false'
        );
    elsif not p_object ? 'amount_captured'
        and coalesce(p_object -> 'amount_refunded', '0') <> '0' then
        return inbound.make_reading(
            'refused', p_kind, 'FIELD_MISSING', 'the charge lacks amount_captured', 'amount'
        );
    end if;
    return inbound.write_reading(
        'stripe', p_kind,
        p_event || jsonb_build_object(
            'event_type', 'charge_succeeded',
            'payment_id', coalesce(
                nullif(p_object -> 'payment_intent', 'null'), p_object -> 'id'
            ),
            'amount', coalesce(
                v_settled -> 'amount', p_object -> 'amount_captured', p_object -> 'amount'
            ),
            'currency', coalesce(v_settled -> 'currency', p_object -> 'currency'),
            'metadata', inbound.pick_metadata(p_object -> 'metadata', '', p_settings)
                || jsonb_build_object('charge', left(inbound.read_id(p_object -> 'id'), 128))
        ),
        p_optional || jsonb_build_object(
            'fee', v_settled -> 'fee',
            'available_on', v_settled -> 'available_on'
        )
    );
end;
$function$;

comment on function inbound.read_stripe_charge(text, jsonb, jsonb, jsonb, jsonb)
is 'A charge of Stripe.';
