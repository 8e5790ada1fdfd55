create or replace function ledger.without_wild_numbers(p_document jsonb)
returns jsonb
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.without_wild_numbers(1)
 *     What can be kept of a document, so that reading it is never expensive: all but the members
 *     that hold a number which would be very long as text.
 * Parameters:
 *     p_document  - any JSON
 * Returns:
 *     the document, mostly as it was
 * Calls:  ledger.find_wild_number
 */
    select case
        when ledger.find_wild_number(p_document) is null then p_document
        when jsonb_typeof(p_document) <> 'object' then 'null'
        else (
            select coalesce(jsonb_object_agg(m.key, m.value), '{}')
            from jsonb_each(p_document) as m
            where ledger.find_wild_number(m.value) is null
        )
    end;
$function$;

comment on function ledger.without_wild_numbers(jsonb)
is 'What can be kept of a document, so that reading it is never expensive.';
