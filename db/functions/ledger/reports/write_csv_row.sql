create or replace function ledger.write_csv_row(p_view regclass)
returns text[]
language sql
stable
as $function$
/*
 * Function: ledger.write_csv_row(1)
 *     How the rows of a view become lines of a CSV.
 * Parameters:
 *     p_view  - the view, which a statement calls v
 * Returns:
 *     the header line, and the expression that makes a line of a row: figures as they are, moments
 *     as in JSON, texts quoted
 * Calls:  ledger.write_csv_cell
 */
    select array[
        string_agg(a.attname, ',' order by a.attnum),
        'concat_ws('','', ' || string_agg(
            format(
                case
                    when t.typcategory = 'S' then 'ledger.write_csv_cell(v.%I)'
                    when t.typcategory = 'D' and t.typname <> 'date'
                        then 'coalesce(to_json(v.%I) #>> ''{}'', '''')'
                    when t.typcategory in ('N', 'D', 'B') then 'coalesce(v.%I::text, '''')'
                    else 'ledger.write_csv_cell(v.%I::text)'
                end,
                a.attname
            ), ', ' order by a.attnum
        ) || ')'
    ]
    from pg_catalog.pg_attribute as a
    inner join pg_catalog.pg_type as t on a.atttypid = t.oid
    where a.attrelid = p_view
        and a.attnum > 0;
$function$;

comment on function ledger.write_csv_row(regclass)
is 'How the rows of a view become lines of a CSV.';
