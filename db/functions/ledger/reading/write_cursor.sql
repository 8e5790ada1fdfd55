create or replace function ledger.write_cursor(p_key text)
returns text
language sql
immutable
as $function$
/*
 * Function: ledger.write_cursor(1)
 *     The cursor of a row of a list; see ledger.read_cursor.
 * Parameters:
 *     p_key  - the row's key in the list's order
 * Returns:
 *     the cursor
 */
    select pg_catalog.encode(pg_catalog.convert_to(p_key, 'UTF8'), 'hex');
$function$;

comment on function ledger.write_cursor(text)
is 'The cursor of a row of a list.';
