create or replace function inbound.read_adyen(p_document jsonb, p_settings jsonb)
returns setof inbound.reading
language plpgsql
stable
as $function$
/*
 * Function: inbound.read_adyen(2)
 *     What a webhook of Adyen tells.
 * Parameters:
 *     p_document  - the document, any JSON
 *     p_settings  - the settings of the source, an object
 * Returns:
 *     what it tells, in the order in which it is to be posted; never no row, never an exception
 */
begin
    return next row('unknown', null, null, 'KIND_UNKNOWN', null, 'not written yet')::inbound.reading;
end;
$function$;

comment on function inbound.read_adyen(jsonb, jsonb)
is 'What a webhook of Adyen tells.';
