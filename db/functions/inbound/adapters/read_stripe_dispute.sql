create or replace function inbound.read_stripe_dispute(
    p_kind text,
    p_object jsonb,
    p_event jsonb,
    p_optional jsonb
)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_stripe_dispute(4)
 *     A dispute of Stripe: the money and the fee are those of its balance transactions, one that
 *     takes and maybe one that gives back.
 * Parameters:
 *     p_kind      - the type of Stripe's event
 *     p_object    - the dispute
 *     p_event     - what is read of the event already, and must be there
 *     p_optional  - and what may be
 * Returns:
 *     the reading, and that of a fee that came back
 * Calls:  inbound.make_reading, inbound.read_id, inbound.read_text, inbound.write_reading
 */
declare
    v_status constant text := inbound.read_text(p_object -> 'status');
    v_sign constant integer := case
        when p_kind = 'charge.dispute.funds_reinstated' then 1 else -1
    end;
    v_moved jsonb;
    v_fee numeric;
    v_event jsonb;
begin
    select t.value
    into v_moved
    from jsonb_array_elements(
        case
            when jsonb_typeof(p_object -> 'balance_transactions') = 'array'
                then p_object -> 'balance_transactions'
        end
    ) with ordinality as t (value, item_no)
    where case
        when jsonb_typeof(t.value -> 'amount') = 'number'
            then sign((t.value -> 'amount')::numeric) = v_sign
    end
    order by t.item_no
    limit 1;

    if p_kind = 'charge.dispute.closed' and v_status is distinct from 'lost' then
        return next case
            when v_status in ('won', 'warning_closed', 'prevented') then inbound.make_reading(
                'ignored', p_kind, 'STATE_IGNORED',
                'charge.dispute.funds_reinstated tells the money, if there is any'
            )
            else inbound.make_reading(
                'refused', p_kind, 'STATE_UNKNOWN', 'the dispute has a status that is not known'
            )
        end;
        return;
    elsif p_kind <> 'charge.dispute.closed' and v_moved is null then
        return next inbound.make_reading(
            'refused', p_kind, 'FIELD_MISSING',
            'the dispute has no balance transaction that says what moved', 'amount'
        );
        return;
    end if;
    v_fee := case
        when jsonb_typeof(v_moved -> 'fee') = 'number' then (v_moved -> 'fee')::numeric
    end;
    v_event := p_event || jsonb_build_object(
        'payment_id', coalesce(nullif(p_object -> 'payment_intent', 'null'), p_object -> 'charge'),
        'currency', coalesce(v_moved -> 'currency', p_object -> 'currency')
    );
    return next inbound.write_reading(
        'stripe', p_kind,
        v_event || jsonb_build_object(
            'event_type', case p_kind
                when 'charge.dispute.funds_withdrawn' then 'dispute_opened'
                when 'charge.dispute.funds_reinstated' then 'dispute_won'
                else 'dispute_lost'
            end,
            'dispute_id', p_object -> 'id',
            'amount', coalesce(to_jsonb(abs((v_moved -> 'amount')::numeric)), p_object -> 'amount'),
            'metadata', case p_kind
                when 'charge.dispute.funds_withdrawn' then jsonb_strip_nulls(
                    jsonb_build_object('reason', inbound.read_text(p_object -> 'reason'))
                )
                else '{}'
            end
        ),
        p_optional || jsonb_build_object(
            'fee', case p_kind when 'charge.dispute.funds_withdrawn' then v_moved -> 'fee' end
        )
    );
    if p_kind = 'charge.dispute.funds_reinstated' and v_fee <> 0 then
        return next inbound.write_reading(
            'stripe', p_kind,
            v_event || jsonb_build_object(
                'event_id', inbound.read_id(p_event -> 'event_id') || ':fee',
                'event_type', case when v_fee < 0 then 'fee_refunded' else 'fee_charged' end,
                'amount', abs(v_fee)
            ),
            p_optional
        );
    end if;
end;
$function$;

comment on function inbound.read_stripe_dispute(text, jsonb, jsonb, jsonb)
is 'A dispute of Stripe.';
