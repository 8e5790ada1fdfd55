create or replace function access.list_parameters(p_function text)
returns table (name text, type_name text, has_default boolean)
language sql
stable
as $function$
/*
 * Function: access.list_parameters(1)
 *     What a function of schema api takes. No name stands for two of them.
 * Parameters:
 *     p_function  - the function, without its schema
 * Returns:
 *     a row a parameter
 * Reads:  pg_catalog.pg_proc
 */
    select
        a.name::pg_catalog.text,
        pg_catalog.format_type(a.type_id, null),
        a.place > p.pronargs - p.pronargdefaults
    from pg_catalog.pg_proc as p
    cross join
        lateral rows from (
            pg_catalog.unnest(p.proargnames[1:p.pronargs]),
            pg_catalog.unnest(p.proargtypes::pg_catalog.oid[])
        ) with ordinality as a (name, type_id, place)
    where p.pronamespace = 'api'::pg_catalog.regnamespace
        and p.proname = p_function::pg_catalog.name;
$function$;

comment on function access.list_parameters(text)
is 'What a function of schema api takes.';
