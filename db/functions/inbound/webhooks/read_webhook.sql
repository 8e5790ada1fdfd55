create or replace function inbound.read_webhook(
    p_source inbound.sources,
    p_query jsonb,
    p_body bytea
)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_webhook(3)
 *     What a webhook tells, read by the adapter of its source. Of Mercado Pago only an id is
 *     signed: whatever the body says, all that is known is that the object of this id has changed.
 * Parameters:
 *     p_source  - who sent it; it was signed as it must be
 *     p_query   - the parameters of its address
 *     p_body    - the bytes
 * Returns:
 *     the readings, in the order in which they are to be posted; see inbound.post_readings
 * Calls:  inbound.read_body, inbound.name_adapter, inbound.read_own_events, inbound.read_stripe,
 *         inbound.read_adyen, inbound.read_mercadopago, inbound.make_reading
 */
declare
    v_document constant jsonb := inbound.read_body(p_body);
    v_adapter constant text := inbound.name_adapter(
        p_source.source, p_source.scheme, p_source.settings
    );
    v_provider constant text := coalesce(p_source.settings ->> 'provider', p_source.source);
    v_settings constant jsonb := p_source.settings
        || jsonb_build_object('scheme', p_source.scheme);
    r_reading inbound.reading;
begin
    if v_document is null and p_source.scheme <> 'mercadopago' then
        return next inbound.make_reading(
            'refused', null, 'BODY_UNREADABLE',
            'the body is no JSON that can be taken: UTF-8, no member twice, not nested deeper than '
            '100 levels, no number of more than 20 digits'
        );
    elsif v_adapter = 'none' then
        return query
        select o.*
        from inbound.read_own_events(v_document, v_provider) as o
        where p_source.scheme <> 'mercadopago';
    else
        for r_reading in
            select r.*
            from inbound.read_stripe(v_document, v_settings) as r
            where v_adapter = 'stripe'
            union all
            select r.*
            from inbound.read_adyen(v_document, v_settings) as r
            where v_adapter = 'adyen'
            union all
            select r.*
            from inbound.read_mercadopago(coalesce(v_document, 'null'), v_settings) as r
            where v_adapter = 'mercadopago'
        loop
            exit when p_source.scheme = 'mercadopago' and r_reading.outcome <> 'ignored';
            return next r_reading;
        end loop;
    end if;
    if p_source.scheme = 'mercadopago' and r_reading.outcome is distinct from 'ignored' then
        return next inbound.make_reading(
            'refused', r_reading.kind, 'BODY_NOT_SIGNED',
            format(
                '%s has changed, says Mercado Pago, and signs no more than that: fetch it there, '
                'and forward the document', p_query ->> 'data.id'
            )
        );
    end if;
end;
$function$;

comment on function inbound.read_webhook(inbound.sources, jsonb, bytea)
is 'What a webhook tells, read by the adapter of its source.';
