create or replace function api.get_report_csv(
    p_name text,
    p_restaurant_id text default null,
    p_currency text default null,
    p_from date default null,
    p_to date default null,
    p_base_currency text default null,
    p_source text default null,
    p_limit integer default 100000,
    p_cursor text default null
)
returns table (csv text)
language plpgsql
stable
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.get_report_csv(9)
 *     A report as CSV of RFC 4180, with the names of its columns in the first line: all of it, or
 *     an error. A report is never cut short in silence.
 * Parameters:
 *     p_name, p_restaurant_id, p_currency, p_from, p_to, p_base_currency, p_source
 *               - as in api.get_report
 *     p_limit   - the most rows that are wanted, 1 to 100,000; more are refused, not left out
 *     p_cursor  - begin after the page of api.get_report that had this next_cursor
 * Returns:
 *     one row: the text, every line ended by CR and LF
 * Raises:
 *     LBARG  the name is missing, or what a report that converts needs
 *     LBCUR  the cursor is not one of this report
 *     LBFIL  the report has nothing to filter by an argument that was given
 *     LNFXC  the source has no rates of the base currency
 *     LNREP  there is no such report
 *     LNRES  the restaurant is not known
 *     LUCUR  a currency is not one of ISO 4217
 *     LUFXS  the source is not a name
 *     LUREP  the report has more rows than the limit
 * Calls:  ledger.require_report, ledger.read_cursor, ledger.write_report_filter,
 *         ledger.write_csv_row, ledger.run_report
 * Reads:  the report's view
 * Locks:  none
 */
declare
    v_report constant ledger.reports := ledger.require_report(p_name);
    v_after constant text := ledger.read_cursor(p_cursor, '.');
    v_limit constant integer := least(greatest(coalesce(p_limit, 100000), 0), 100000);
    v_filter constant text := ledger.write_report_filter(
        v_report, p_restaurant_id, p_currency, p_from, p_to, p_base_currency, p_source
    );
    v_csv constant text[] := ledger.write_csv_row(
        ('reporting.' || quote_ident(v_report.view_name))::regclass
    );
    v_line_end constant text := chr(13) || chr(10);
    v_rows bigint;
begin
    select
        count(*),
        v_csv[1] || v_line_end
        || coalesce(string_agg(r.line || v_line_end, '' order by r.place), '')
    into v_rows, csv
    from ledger.run_report(v_report, v_csv[2], v_filter, v_after, v_limit + 1) as r;

    if v_rows > v_limit then
        raise exception 'report % has more than % rows', v_report.report, v_limit
            using errcode = 'LUREP', constraint = 'REPORT_TOO_LARGE',
                detail = format('name=%s, limit=%s', v_report.report, v_limit),
                hint = 'Ask for fewer: one restaurant, one currency, some days.';
    end if;
    return next;
end;
$function$;

comment on function api.get_report_csv(
    text, text, text, date, date, text, text, integer, text
)
is 'A report as CSV, all of it or an error.';
