create or replace function ledger.read_cursor(p_cursor text, p_pattern text)
returns text
language plpgsql
immutable
as $function$
/*
 * Function: ledger.read_cursor(2)
 *     Reads the cursor of a list, which is opaque to callers: the key of the last row, in
 *     hexadecimal.
 * Parameters:
 *     p_cursor   - as a row of the list gave it; null: from the start
 *     p_pattern  - regular expression of the key
 * Returns:
 *     the key; null from the start
 * Raises:
 *     LBCUR  it is not a cursor of this list
 */
declare
    v_key text;
begin
    if p_cursor is null then
        return null;
    end if;
    -- Only visible ASCII, so that decoding and converting cannot fail.
    if p_cursor ~ '^([2-7][0-9a-f])+$' then
        v_key := convert_from(decode(p_cursor, 'hex'), 'UTF8');
    end if;
    if (v_key ~ p_pattern) is not true then
        raise exception 'cursor is not one of this list'
            using errcode = 'LBCUR', constraint = 'CURSOR_INVALID', detail = 'argument=cursor',
                hint = 'Leave it out to begin at the start.';
    end if;
    return v_key;
end;
$function$;

comment on function ledger.read_cursor(text, text)
is 'Reads the cursor of a list.';
