create or replace function inbound.read_stripe_refund(
    p_kind text,
    p_object jsonb,
    p_event jsonb,
    p_optional jsonb
)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_stripe_refund(4)
 *     A refund of Stripe. It takes the money as soon as it has a balance transaction, also while
 *     it is pending; one that fails without having had one never took it. Told by several kinds,
 *     it is one refund: its refund_id.
 * Parameters:
 *     p_kind      - the type of Stripe's event
 *     p_object    - the refund
 *     p_event     - what is read of the event already, and must be there
 *     p_optional  - and what may be
 * Returns:
 *     the reading
 * Calls:  inbound.make_reading, inbound.read_id, inbound.read_text, inbound.write_reading
 */
declare
    v_status constant text := inbound.read_text(p_object -> 'status');
    v_has_failed constant boolean := coalesce(v_status in ('failed', 'canceled'), false);
    v_has_moved constant boolean := case
        when inbound.read_id(p_object -> 'balance_transaction') is not null
            or inbound.read_id(p_object -> 'failure_balance_transaction') is not null then true
        else v_status in ('succeeded', 'failed', 'canceled')
            and not p_object ? 'balance_transaction'
    end;
    v_settled constant jsonb := nullif(
        p_object -> case
            when v_has_failed then 'failure_balance_transaction' else 'balance_transaction'
        end,
        'null'
    );
    v_is_whole constant boolean := coalesce(jsonb_typeof(v_settled) = 'object', false);
begin
    if v_status is null
        or v_status not in ('pending', 'requires_action', 'succeeded', 'failed', 'canceled') then
        return inbound.make_reading(
            'refused', p_kind, 'STATE_UNKNOWN', 'the status of the refund is none that is known'
        );
    elsif not v_has_moved then
        return inbound.make_reading(
            'ignored', p_kind, 'STATE_IGNORED', 'no money has moved: it has no balance transaction'
        );
    elsif p_kind = 'charge.refund.updated' and not v_has_failed then
        return inbound.make_reading(
            'ignored', p_kind, 'STATE_IGNORED', 'refund.created or refund.updated tells the same'
        );
    elsif p_kind = 'refund.failed' and not v_has_failed then
        return inbound.make_reading(
            'refused', p_kind, 'STATE_UNKNOWN', 'the refund has failed, and its status is another'
        );
    end if;
    return inbound.write_reading(
        'stripe', p_kind,
        p_event || jsonb_build_object(
            'event_type', case when v_has_failed then 'refund_failed' else 'refund_succeeded' end,
            'refund_id', p_object -> 'id',
            'payment_id', coalesce(
                nullif(p_object -> 'payment_intent', 'null'), p_object -> 'charge'
            ),
            'amount', case
                when v_is_whole and jsonb_typeof(v_settled -> 'amount') = 'number'
                    then to_jsonb(abs((v_settled -> 'amount')::numeric))
                when v_is_whole then v_settled -> 'amount'
                else p_object -> 'amount'
            end,
            'currency', case
                when v_is_whole then v_settled -> 'currency' else p_object -> 'currency'
            end,
            'metadata', jsonb_strip_nulls(
                jsonb_build_object(
                    'failure_reason', inbound.read_text(p_object -> 'failure_reason')
                )
            )
        ),
        p_optional
    );
end;
$function$;

comment on function inbound.read_stripe_refund(text, jsonb, jsonb, jsonb)
is 'A refund of Stripe.';
