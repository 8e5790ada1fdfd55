create or replace function access.read_own(p_function text, p_arguments jsonb)
returns table (answer json, cursor text)
language plpgsql
stable
as $function$
/*
 * Function: access.read_own(2)
 *     Calls a function of schema api. The names in the statement are those of the catalog; what a
 *     caller gave is an argument of it. What must be given and is not is null, as elsewhere.
 * Parameters:
 *     p_function   - one that access.require_own_arguments has let pass
 *     p_arguments  - as it has answered them
 * Returns:
 *     a row for each of the function's: as JSON, and its cursor if it has one
 * Calls:  access.list_parameters
 * Reads:  pg_catalog.pg_proc, what the function reads
 */
declare
    v_arguments text;
    v_cursor text;
begin
    select string_agg(format('%I => ($1 ->> %L)::%s', a.name, a.name, a.type_name), ', ')
    into v_arguments
    from access.list_parameters(p_function) as a
    where p_arguments ? a.name or not a.has_default;
    select case when 'cursor' = any(p.proargnames) then 'r.cursor' else 'null::text' end
    into v_cursor
    from pg_catalog.pg_proc as p
    where p.pronamespace = 'api'::regnamespace
        and p.proname = p_function;

    return query execute format(
        'select row_to_json(r), %s from api.%I(%s) as r', v_cursor, p_function, v_arguments
    )
    using p_arguments;
end;
$function$;

comment on function access.read_own(text, jsonb)
is 'Calls a function of schema api.';
