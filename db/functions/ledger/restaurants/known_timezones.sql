create or replace function ledger.known_timezones(p_timezones text[])
returns text[]
language plpgsql
stable
as $function$
/*
 * Function: ledger.known_timezones(1)
 *     Which of some time zones this server knows. The names come with the operating system, and a
 *     restaurant's may be gone after a move to another one; a conversion would raise.
 * Parameters:
 *     p_timezones  - IANA names
 * Returns:
 *     those of them that can be used
 */
declare
    v_timezone text;
    v_known text[] := array[]::text[];
begin
    foreach v_timezone in array p_timezones loop
        -- Looking it up in pg_timezone_names takes a thousand times as long.
        begin
            perform pg_catalog.timezone(v_timezone, '2000-01-01 00:00:00+00'::timestamptz);
            v_known := array_append(v_known, v_timezone);
        exception when invalid_parameter_value then
            null;
        end;
    end loop;
    return v_known;
end;
$function$;

comment on function ledger.known_timezones(text[])
is 'Which of some time zones this server knows.';
