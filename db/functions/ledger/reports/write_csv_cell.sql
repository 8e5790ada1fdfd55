create or replace function ledger.write_csv_cell(p_text text)
returns text
language sql
immutable
parallel safe
as $function$
/*
 * Function: ledger.write_csv_cell(1)
 *     A text as a cell of RFC 4180: in quotes where it has to be. One that a spreadsheet would take
 *     for a formula gets an apostrophe in front, which makes it a text there.
 * Parameters:
 *     p_text  - the text
 * Returns:
 *     the cell; empty for null, two quotes for the empty text
 */
    select case
        when p_text is null then ''
        when p_text ~ '^[=+@[:cntrl:]-]' then '"''' || replace(p_text, '"', '""') || '"'
        when p_text = '' or p_text ~ '[",[:cntrl:]]' then '"' || replace(p_text, '"', '""') || '"'
        else p_text
    end;
$function$;

comment on function ledger.write_csv_cell(text)
is 'A text as a cell of RFC 4180, which no spreadsheet takes for a formula.';
