create or replace function inbound.pick_metadata(p_metadata jsonb, p_prefix text, p_settings jsonb)
returns jsonb
language sql
immutable
parallel safe
as $function$
/*
 * Function: inbound.pick_metadata(3)
 *     The members of a processor's metadata that an event takes along: those that the source names
 *     in metadata_fields, by default reservation_id. The rest may be of persons, and stays out;
 *     what names a subject of the ledger is never taken from there.
 * Parameters:
 *     p_metadata  - any JSON
 *     p_prefix    - what stands before each name
 *     p_settings  - the settings of the source
 * Returns:
 *     an object, with the texts that are there
 */
    select coalesce(jsonb_object_agg(m.key, left(m.value #>> '{}', 512)), '{}')
    from (
        select substr(a.key, length(p_prefix) + 1) as key, a.value
        from jsonb_each(
            case when jsonb_typeof(p_metadata) = 'object' then p_metadata else '{}' end
        ) as a
        where left(a.key, length(p_prefix)) = p_prefix
            and jsonb_typeof(a.value) = 'string'
    ) as m
    where m.key not in ('payment_id', 'refund_id', 'dispute_id', 'payout_id')
        and case
            when jsonb_typeof(p_settings -> 'metadata_fields') = 'array'
                then p_settings -> 'metadata_fields'
            else '["reservation_id"]'
        end ? m.key;
$function$;

comment on function inbound.pick_metadata(jsonb, text, jsonb)
is 'The members of a processor''s metadata that an event takes along.';
