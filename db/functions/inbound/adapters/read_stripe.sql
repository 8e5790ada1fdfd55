create or replace function inbound.read_stripe(p_document jsonb, p_settings jsonb)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_stripe(2)
 *     What a webhook of Stripe tells: a snapshot event of its API.
 * Parameters:
 *     p_document  - the document, any JSON
 *     p_settings  - the settings of the source, an object
 * Returns:
 *     what it tells, in the order in which it is to be posted; never no row, never an exception
 * Calls:  inbound.list_stripe_kinds, inbound.make_reading, inbound.name_restaurant,
 *         inbound.read_stripe_charge, inbound.read_stripe_dispute, inbound.read_stripe_payout,
 *         inbound.read_stripe_refund, inbound.read_text
 */
declare
    v_kind constant text := inbound.read_text(p_document -> 'type');
    v_object constant jsonb := p_document #> '{data,object}';
    v_known inbound.webhook_kind;
    v_event jsonb;
    v_optional jsonb;
begin
    select k.*
    into v_known
    from inbound.list_stripe_kinds() as k
    where k.kind = v_kind;

    if v_kind is null then
        return next inbound.make_reading(
            'refused', null, 'FIELD_MISSING', 'the document is no event of Stripe: it has no type'
        );
        return;
    elsif v_known.kind is null or coalesce(p_document -> 'object', '"event"') <> '"event"' then
        return next inbound.make_reading(
            'unknown', v_kind, 'KIND_UNKNOWN', 'no adapter knows this kind'
        );
        return;
    elsif v_known.outcome <> 'event' then
        return next inbound.make_reading(v_known.outcome, v_kind, 'KIND_IGNORED', v_known.says);
        return;
    elsif jsonb_typeof(v_object) is distinct from 'object' then
        return next inbound.make_reading(
            'refused', v_kind, 'FIELD_MISSING', 'the document has no object in data.object'
        );
        return;
    end if;
    v_event := jsonb_build_object(
        'event_id', p_document -> 'id',
        'occurred_at', p_document -> 'created',
        'livemode', p_document -> 'livemode'
    );
    v_optional := jsonb_build_object(
        'restaurant_id', inbound.name_restaurant(
            p_document -> 'account', v_object, p_settings, '{metadata,restaurant_id}'
        )
    );
    if v_kind like 'payout.%' then
        return next inbound.read_stripe_payout(v_kind, v_object, v_event, v_optional);
    elsif v_kind like 'charge.dispute.%' then
        return query
        select d.*
        from inbound.read_stripe_dispute(v_kind, v_object, v_event, v_optional) as d;
    elsif v_kind in ('charge.succeeded', 'charge.captured') then
        return next inbound.read_stripe_charge(
            v_kind, v_object, v_event, v_optional, p_settings
        );
    else
        return next inbound.read_stripe_refund(v_kind, v_object, v_event, v_optional);
    end if;
end;
$function$;

comment on function inbound.read_stripe(jsonb, jsonb)
is 'What a webhook of Stripe tells.';
