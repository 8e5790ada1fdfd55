create or replace function inbound.read_mercadopago(p_document jsonb, p_settings jsonb)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_mercadopago(2)
 *     What a document of Mercado Pago tells: a payment, a chargeback, both, or a payout, as they
 *     are fetched and forwarded. Its own webhooks say only that something has changed, and their
 *     signature does not cover the body: from a source that is verified by it no money is posted.
 * Parameters:
 *     p_document  - the document, any JSON
 *     p_settings  - the settings of the source, an object, with the scheme that it is verified by
 * Returns:
 *     what it tells, in the order in which it is to be posted; never no row, never an exception
 * Calls:  inbound.list_mercadopago_kinds, inbound.make_reading,
 *         inbound.read_mercadopago_chargeback, inbound.read_mercadopago_payment,
 *         inbound.read_mercadopago_payout, inbound.read_text
 */
declare
    v_payment constant jsonb := case
        when jsonb_typeof(p_document -> 'payment') = 'object' then p_document -> 'payment'
        when p_document ? 'transaction_amount' then p_document
    end;
    v_chargeback constant jsonb := case
        when jsonb_typeof(p_document -> 'chargeback') = 'object' then p_document -> 'chargeback'
        when jsonb_typeof(p_document -> 'payments') = 'array' then p_document
    end;
    v_payout constant jsonb := case
        when v_payment is null and v_chargeback is null and p_document ? 'status'
            and p_document ? 'external_reference' then p_document
    end;
    v_kind constant text := coalesce(
        inbound.read_text(p_document -> 'type'), inbound.read_text(p_document -> 'topic')
    );
    v_known inbound.webhook_kind;
begin
    if num_nonnulls(v_payment, v_chargeback, v_payout) = 0 then
        select k.*
        into v_known
        from inbound.list_mercadopago_kinds() as k
        where k.kind = v_kind and k.outcome <> 'event' and k.kind !~ '[.]';

        return next case
            when v_kind is null then inbound.make_reading(
                'refused', null, 'FIELD_MISSING',
                'the document is no payment, chargeback, payout or webhook of Mercado Pago'
            )
            when v_known.kind is null then inbound.make_reading(
                'unknown', v_kind, 'KIND_UNKNOWN', 'no adapter knows this kind'
            )
            when v_known.outcome = 'refused' then inbound.make_reading(
                'refused', v_kind, 'DOCUMENT_NOT_FETCHED', v_known.says
            )
            else inbound.make_reading('ignored', v_kind, 'KIND_IGNORED', v_known.says)
        end;
        return;
    elsif p_settings -> 'scheme' = '"mercadopago"' then
        return next inbound.make_reading(
            'refused', coalesce(v_kind, 'payment'), 'BODY_NOT_SIGNED',
            'the signature of Mercado Pago does not cover the body: forward what was fetched to '
            'a source of another scheme'
        );
        return;
    end if;
    if v_payment is not null then
        return query
        select r.*
        from inbound.read_mercadopago_payment(
            v_payment, v_chargeback is not null, p_settings
        ) as r;
    end if;
    if v_chargeback is not null then
        return query
        select r.*
        from inbound.read_mercadopago_chargeback(v_chargeback, v_payment, p_settings) as r;
    end if;
    if v_payout is not null then
        return next inbound.read_mercadopago_payout(v_payout, p_settings);
    end if;
end;
$function$;

comment on function inbound.read_mercadopago(jsonb, jsonb)
is 'What a document of Mercado Pago tells.';
