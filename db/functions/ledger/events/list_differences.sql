create or replace function ledger.list_differences(
    p_known jsonb,
    p_document jsonb,
    p_provider text
)
returns jsonb
language sql
stable
as $function$
/*
 * Function: ledger.list_differences(3)
 *     The fields of the business content in which two documents of one event id differ. Of what
 *     people do everything counts but the clock: they give no moment.
 * Parameters:
 *     p_known     - the document of the first time
 *     p_document  - the document
 *     p_provider  - who told of it
 * Returns:
 *     an array of names; null if the content is the same
 * Calls:  ledger.read_time
 */
    select jsonb_agg(d.field order by d.field_no)
    from unnest(
        array[
            'event_type', 'occurred_at', 'restaurant_id', 'currency', 'amount', 'fee',
            'available_on', 'payment_id', 'refund_id', 'dispute_id', 'payout_id', 'metadata'
        ]
        || case
            when p_provider = 'operator'
                then array['reason', 'actor', 'hold_id', 'reversed_event_id', 'reversed_provider']
            else array[]::text[]
        end
    ) with ordinality as d (field, field_no)
    where case d.field
        when 'occurred_at'
            then p_provider <> 'operator'
                and ledger.read_time(p_known ->> 'occurred_at')
                <> ledger.read_time(p_document ->> 'occurred_at')
        when 'currency' then upper((p_known ->> 'currency') collate "C")
            <> upper((p_document ->> 'currency') collate "C")
        when 'fee' then coalesce(nullif(p_known -> 'fee', 'null'), '0')
            <> coalesce(nullif(p_document -> 'fee', 'null'), '0')
        when 'metadata' then coalesce(p_known -> 'metadata', '{}')
            <> coalesce(p_document -> 'metadata', '{}')
        else nullif(p_known -> d.field, 'null')
            is distinct from nullif(p_document -> d.field, 'null')
    end;
$function$;

comment on function ledger.list_differences(jsonb, jsonb, text)
is 'The fields in which two documents of one event id differ.';
