create or replace function inbound.read_body(p_body bytea)
returns jsonb
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: inbound.read_body(1)
 *     The document that a body is. One that cannot be taken costs no more than its own size.
 * Parameters:
 *     p_body  - the bytes
 * Returns:
 *     the document; null if the body is no UTF-8, no JSON, nested deeper than 100 levels, has a
 *     member twice (it may mean either), a number of more than 20 digits before or after its point,
 *     or a character that PostgreSQL cannot keep
 * Calls:  inbound.is_ambiguous, ledger.find_wild_number
 */
declare
    v_text text;
    v_document jsonb;
begin
    begin
        v_text := convert_from(p_body, 'UTF8');
        v_document := v_text::jsonb;
    exception
        when character_not_in_repertoire or untranslatable_character
            or invalid_text_representation or numeric_value_out_of_range
            or statement_too_complex or program_limit_exceeded then
            return null;
    end;
    return case
        when inbound.is_ambiguous(v_text::json) or ledger.find_wild_number(v_document) is not null
            then null
        else v_document
    end;
end;
$function$;

comment on function inbound.read_body(bytea)
is 'The document that a body is.';
