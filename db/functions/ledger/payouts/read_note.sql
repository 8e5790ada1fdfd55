create or replace function ledger.read_note(p_document jsonb, p_field text, p_length integer)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.read_note(3)
 *     A text that a document may have at the top or in metadata; the top wins. What is no text, or
 *     an empty one, is not there.
 * Parameters:
 *     p_document  - the document
 *     p_field     - the member's name
 *     p_length    - the most characters that are kept of it
 * Returns:
 *     the text; null: there is none
 */
    select left(d.holder ->> p_field, p_length)
    from (
        values
        (1, p_document),
        (2, p_document -> 'metadata')
    ) as d (place, holder)
    where jsonb_typeof(d.holder -> p_field) = 'string'
        and d.holder ->> p_field <> ''
    order by d.place
    limit 1;
$function$;

comment on function ledger.read_note(jsonb, text, integer)
is 'A text that a document may have at the top or in metadata.';
