create or replace function outbound.write_moment(p_at timestamptz)
returns text
language sql
stable
as $function$
/*
 * Function: outbound.write_moment(1)
 *     A moment as messages have it, whatever time zone the session has.
 * Parameters:
 *     p_at  - the moment
 * Returns:
 *     ISO 8601 in UTC, to the microsecond; null for null
 */
    select pg_catalog.to_char(
        p_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
    );
$function$;

comment on function outbound.write_moment(timestamptz)
is 'A moment as messages have it: ISO 8601 in UTC.';
