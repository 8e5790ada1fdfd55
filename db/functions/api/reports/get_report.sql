create or replace function api.get_report(
    p_name text,
    p_restaurant_id text default null,
    p_currency text default null,
    p_from date default null,
    p_to date default null,
    p_base_currency text default null,
    p_source text default null,
    p_limit integer default 100,
    p_cursor text default null
)
returns table (data json, next_cursor text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_report(9)
 *     A page of a report: rows of the view that it is, in the order of its key. Each page costs
 *     what the whole report costs; api.get_report_csv gives all of it at once.
 * Parameters:
 *     p_name                     - as api.list_reports names it
 *     p_restaurant_id            - only of this restaurant
 *     p_currency                 - only in this currency
 *     p_from, p_to               - only of these days, both included
 *     p_base_currency, p_source  - what to convert to, and by whose rates: both for the reports
 *                                  that end in _in_base, neither for others
 *     p_limit                    - the most rows, 1 to 500
 *     p_cursor                   - continue after the page that had this next_cursor
 * Returns:
 *     one row: the rows as an array, and where the next page begins; null: there is none
 * Raises:
 *     LBARG  the name is missing, or what a report that converts needs
 *     LBCUR  the cursor is not one of this report
 *     LBFIL  the report has nothing to filter by an argument that was given
 *     LBLIM  the limit is out of range
 *     LNFXC  the source has no rates of the base currency
 *     LNREP  there is no such report
 *     LNRES  the restaurant is not known
 *     LUCUR  a currency is not one of ISO 4217
 *     LUFXS  the source is not a name
 * Calls:  ledger.require_report, ledger.require_limit, ledger.read_cursor, ledger.write_cursor,
 *         ledger.write_report_filter, ledger.run_report
 * Reads:  the report's view
 * Locks:  none
 */
declare
    v_report constant ledger.reports := ledger.require_report(p_name);
    v_limit constant integer := ledger.require_limit(p_limit);
    v_after constant text := ledger.read_cursor(p_cursor, '.');
    v_filter constant text := ledger.write_report_filter(
        v_report, p_restaurant_id, p_currency, p_from, p_to, p_base_currency, p_source
    );
begin
    return query
    select
        (
            '[' || coalesce(
                string_agg(r.line, ',' order by r.place) filter (where r.place <= v_limit), ''
            ) || ']'
        )::json,
        case
            when count(*) > v_limit
                then ledger.write_cursor(max(r.key) filter (where r.place = v_limit))
        end
    from ledger.run_report(
        v_report, 'row_to_json(v)::text', v_filter, v_after, v_limit + 1
    ) as r;
end;
$function$;

comment on function api.get_report(
    text, text, text, date, date, text, text, integer, text
)
is 'A page of a report.';
