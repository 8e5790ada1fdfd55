create or replace function ledger.parse_timestamp(p_text text)
returns timestamptz
language plpgsql
stable
parallel safe
as $function$
/*
 * Function: ledger.parse_timestamp(1)
 *     Reads an ISO 8601 moment. A cast would raise on an impossible date, accept words such as
 *     'tomorrow', and take a moment without offset to be in the session's time zone.
 * Parameters:
 *     p_text  - date, 'T' or blank, time (seconds and fraction optional), offset (Z, +hh,
 *               +hhmm, +hh:mm)
 * Returns:
 *     the moment; null if the text is none
 */
begin
    if p_text !~ ('^[12]\d{3}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[Tt ]([01]\d|2[0-3]):[0-5]\d'
        || '(:[0-5]\d(\.\d{1,9})?)?([Zz]|[+-](0\d|1[0-4])(:?[0-5]\d)?)$')
    then
        return null;
    end if;
    if substr(p_text, 9, 2) > '28'
        and substr(p_text, 9, 2)::integer > extract(
            day from make_date(substr(p_text, 1, 4)::integer, substr(p_text, 6, 2)::integer, 1)
            + interval '1 month - 1 day'
        )
    then
        return null;
    end if;
    return p_text::timestamptz;
end;
$function$;

comment on function ledger.parse_timestamp(text)
is 'Reads an ISO 8601 moment with an offset; null if the text is none.';
