create or replace function ledger.run_report(
    p_report ledger.reports,
    p_line text,
    p_filter text,
    p_after text,
    p_limit integer
)
returns table (
    place bigint,
    key text,
    line text
)
language plpgsql
stable
set datestyle = 'ISO, YMD'
set timezone = 'UTC'
as $function$
/*
 * Function: ledger.run_report(5)
 *     The rows of a report, in the order of its key. Its view is named by a row of ours, so it is,
 *     with ledger.run_check, where a statement is put together. Days and moments are written the
 *     same way in every session.
 * Parameters:
 *     p_report  - which report
 *     p_line    - the expression that makes a line of a row v
 *     p_filter  - the condition on v
 *     p_after   - the key of the row before the first one; null: from the start
 *     p_limit   - the most rows
 * Returns:
 *     a row each: its place from 1, its key, its line
 * Raises:
 *     LBCUR  p_after is not a key of this report
 * Reads:  the view
 * Locks:  none
 */
declare
    v_keys constant text[] := string_to_array(p_report.key_columns, ',');
    v_after constant text[] := string_to_array(p_after, '|');
    v_key text;
begin
    if cardinality(v_after) <> cardinality(v_keys) then
        raise exception 'cursor is not one of report %', p_report.report
            using errcode = 'LBCUR', constraint = 'CURSOR_INVALID', detail = 'argument=cursor',
                hint = 'Leave it out to begin at the start.';
    end if;
    select format(
        'array[%s] collate "C"',
        string_agg(format('v.%I::text', k.name), ', ' order by k.place)
    )
    into v_key
    from unnest(v_keys) with ordinality as k (name, place);

    return query execute format(
        $query$
        select
            row_number() over (order by w.key),
            array_to_string(w.key, '|'),
            w.line
        from (
            select
                %1$s as key,
                %2$s as line
            from reporting.%3$I as v
            where (%4$s) and ($1 is null or %1$s > $1)
            order by 1
            limit $2
        ) as w
        order by w.key
        $query$,
        v_key, p_line, p_report.view_name, p_filter
    )
    using v_after, p_limit;
end;
$function$;

comment on function ledger.run_report(ledger.reports, text, text, text, integer)
is 'The rows of a report, in the order of its key.';
