create or replace function inbound.complete_reading(p_source text, p_reading inbound.reading)
returns inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.complete_reading(2)
 *     Adds to an event what the document of a processor does not say: the provider, which is the
 *     source, and where need be the restaurant, which is that of the payment or the payout that
 *     the event names: processors do not repeat a charge's metadata in its refunds and disputes.
 * Parameters:
 *     p_source   - the source's name
 *     p_reading  - what its adapter has read
 * Returns:
 *     the reading; an event whose restaurant is not known, or ambiguous, is refused
 * Reads:  ledger.processor_events, ledger.payouts
 * Locks:  none
 */
declare
    v_restaurants text[];
begin
    if p_reading.outcome is distinct from 'event' then
        return p_reading;
    end if;
    p_reading.event := jsonb_build_object('provider', p_source) || p_reading.event;
    if p_reading.event ? 'restaurant_id' then
        return p_reading;
    end if;
    v_restaurants := array(
        select e.restaurant_id
        from ledger.processor_events as e
        where e.subject_id = p_reading.event ->> 'payment_id'
            and e.event_type = 'charge_succeeded'
            and e.provider = p_source
            and p_reading.event ->> 'event_type' <> 'charge_succeeded'
        union
        select p.restaurant_id
        from ledger.payouts as p
        where p.payout_id = p_reading.event ->> 'payout_id'
    );
    if cardinality(v_restaurants) = 1 then
        p_reading.event := p_reading.event
            || jsonb_build_object('restaurant_id', v_restaurants[1]);
    else
        p_reading.outcome := 'refused';
        p_reading.event := null;
        p_reading.code := 'RESTAURANT_NOT_NAMED';
        p_reading.field := 'restaurant_id';
        p_reading.message := 'neither the document nor a payment or payout that it names says '
            'which restaurant it is about';
    end if;
    return p_reading;
end;
$function$;

comment on function inbound.complete_reading(text, inbound.reading)
is 'Adds the provider to an event, and the restaurant where the document does not name it.';
