create or replace function ledger.is_day_of_month(p_text text)
returns boolean
language plpgsql
immutable
parallel safe
as $function$
/*
 * Function: ledger.is_day_of_month(1)
 *     Whether the month has such a day; a cast would raise.
 * Parameters:
 *     p_text  - begins with YYYY-MM-DD, month 01 to 12
 * Returns:
 *     true if it has
 */
begin
    return substr(p_text, 9, 2)::integer <= extract(
        day from make_date(substr(p_text, 1, 4)::integer, substr(p_text, 6, 2)::integer, 1)
        + interval '1 month - 1 day'
    );
end;
$function$;

comment on function ledger.is_day_of_month(text)
is 'Whether the month has such a day.';
