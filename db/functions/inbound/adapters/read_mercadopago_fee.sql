create or replace function inbound.read_mercadopago_fee(p_details jsonb)
returns jsonb
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_mercadopago_fee(1)
 *     What Mercado Pago keeps of a payment: the fees that whoever collects pays.
 * Parameters:
 *     p_details  - the payment's fee_details
 * Returns:
 *     their sum; a text if one is no number; null if there are none
 */
    select case
        when bool_and(jsonb_typeof(f.value -> 'amount') is not distinct from 'number')
            then to_jsonb(
                sum(
                    case
                        when jsonb_typeof(f.value -> 'amount') = 'number'
                            then (f.value -> 'amount')::numeric
                    end
                )
            )
        when count(*) > 0 then '"none"'
    end
    from jsonb_array_elements(
        case when jsonb_typeof(p_details) = 'array' then p_details else '[]' end
    ) as f (value)
    where f.value -> 'fee_payer' = '"collector"';
$function$;

comment on function inbound.read_mercadopago_fee(jsonb)
is 'What Mercado Pago keeps of a payment.';
