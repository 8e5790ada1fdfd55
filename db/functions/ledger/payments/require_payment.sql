create or replace function ledger.require_payment(
    p_payment_id text,
    p_restaurant_id text,
    p_provider text
)
returns ledger.processor_events
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_payment(3)
 *     Finds the charge of a payment. A payment_id is the processor's, once per restaurant and
 *     processor: another's may be the same.
 * Parameters:
 *     p_payment_id     - the processor's id
 *     p_restaurant_id  - the restaurant; null: whichever knows it
 *     p_provider       - the processor; null: whichever told of it
 * Returns:
 *     the event that charged it
 * Raises:
 *     LBARG  the payment is not named
 *     LBPMT  several restaurants or processors know such a payment
 *     LNPMT  there is no such payment
 * Reads:  ledger.processor_events
 * Locks:  none
 */
declare
    v_charges ledger.processor_events[];
begin
    if p_payment_id is null then
        raise exception 'payment_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=payment_id';
    end if;
    v_charges := array(
        select e
        from ledger.processor_events as e
        where e.subject_id = p_payment_id
            and e.event_type = 'charge_succeeded'
            and (p_provider is null or e.provider = p_provider)
            and (p_restaurant_id is null or e.restaurant_id = p_restaurant_id)
        order by e.provider, e.restaurant_id
        limit 5
    );
    if cardinality(v_charges) = 0 then
        raise exception 'payment % is not known', quote_literal(left(p_payment_id, 128))
            using errcode = 'LNPMT', constraint = 'PAYMENT_NOT_FOUND',
                detail = concat_ws(
                    ', ', 'payment_id=' || left(p_payment_id, 128),
                    'restaurant_id=' || left(p_restaurant_id, 64),
                    'provider=' || left(p_provider, 64)
                );
    elsif cardinality(v_charges) > 1 then
        raise exception 'payment % is not the only one that is called so',
            quote_literal(left(p_payment_id, 128))
            using errcode = 'LBPMT', constraint = 'PAYMENT_AMBIGUOUS',
                detail = format(
                    'payment_id=%s, restaurant_ids=%s, providers=%s', p_payment_id,
                    (
                        select string_agg(distinct c.restaurant_id, ' ')
                        from unnest(v_charges) as c
                    ),
                    (select string_agg(distinct c.provider, ' ') from unnest(v_charges) as c)
                ),
                hint = 'Give restaurant_id and provider as well.';
    end if;
    return v_charges[1];
end;
$function$;

comment on function ledger.require_payment(text, text, text)
is 'Finds the charge of a payment.';
