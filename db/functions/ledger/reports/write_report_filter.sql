create or replace function ledger.write_report_filter(
    p_report ledger.reports,
    p_restaurant_id text,
    p_currency text,
    p_from date,
    p_to date,
    p_base_currency text,
    p_source text
)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.write_report_filter(7)
 *     What the rows of a report are asked for, as a condition on its view: values of ours, or
 *     quoted.
 * Parameters:
 *     p_report                   - which report
 *     p_restaurant_id            - only of this restaurant; null: all
 *     p_currency                 - only in this currency; null: all
 *     p_from, p_to               - only of these days, both included; null: any
 *     p_base_currency, p_source  - what to convert to, by whose rates: for reports that convert
 * Returns:
 *     the condition
 * Raises:
 *     LBARG  the report converts, and base currency or source is missing
 *     LBFIL  the report has nothing to filter by an argument that was given
 *     LNFXC  the source has no rates of the base currency
 *     LNRES  the restaurant is not known
 *     LUCUR  a currency is not one of ISO 4217
 *     LUFXS  the source is not a name
 * Calls:  ledger.require_restaurant, ledger.require_currency, ledger.require_fx_source
 * Reads:  reporting.fx_currencies, the catalog
 */
declare
    v_filters jsonb;
    v_unknown text;
    v_missing text;
    v_columns constant text[] := array(
        select a.attname
        from pg_catalog.pg_attribute as a
        where a.attrelid = ('reporting.' || quote_ident(p_report.view_name))::regclass
            and a.attnum > 0
    );
begin
    if p_restaurant_id is not null then
        perform ledger.require_restaurant(p_restaurant_id);
    end if;
    if 'base_currency' = any(v_columns) and (p_base_currency is null or p_source is null) then
        v_missing := case when p_base_currency is null then 'base_currency' else 'source' end;
        raise exception '% is missing', v_missing
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = format('argument=%s', v_missing);
    end if;

    v_filters := jsonb_strip_nulls(
        jsonb_build_object(
            'restaurant_id', p_restaurant_id,
            'currency',
            case when p_currency is not null then ledger.require_currency(p_currency) end,
            'base_currency',
            case when p_base_currency is not null then ledger.require_currency(p_base_currency) end,
            'source', case when p_source is not null then ledger.require_fx_source(p_source) end
        )
    );
    select coalesce(
        min(f.name),
        case when p_report.day_column is null and num_nonnulls(p_from, p_to) > 0 then 'from, to' end
    )
    into v_unknown
    from jsonb_object_keys(v_filters) as f (name)
    where f.name <> all(v_columns);
    if v_unknown is not null then
        raise exception 'report % cannot be filtered by %', p_report.report, v_unknown
            using errcode = 'LBFIL', constraint = 'REPORT_FILTER_UNKNOWN',
                detail = format('argument=%s', v_unknown);
    elsif v_filters ? 'source' and not exists (
        select
        from reporting.fx_currencies as c
        where c.source = v_filters ->> 'source'
            and c.currency = v_filters ->> 'base_currency'
    ) then
        raise exception 'source % has no rates of %',
            v_filters ->> 'source', v_filters ->> 'base_currency'
            using errcode = 'LNFXC', constraint = 'FX_CURRENCY_NOT_FOUND',
                detail = format(
                    'source=%s, base_currency=%s', v_filters ->> 'source',
                    v_filters ->> 'base_currency'
                ),
                hint = 'reporting.fx_currencies has what was loaded.';
    end if;

    return concat_ws(
        ' and ',
        'true',
        (
            select string_agg(format('v.%I = %L', f.name, f.value), ' and ')
            from jsonb_each_text(v_filters) as f (name, value)
        ),
        -- A number of days: how a day is written differs from session to session. Infinity, which
        -- is none, is as far as a calendar goes.
        format(
            case when p_from is not null then 'v.%I >= date ''2000-01-01'' + (%s)' end,
            p_report.day_column,
            least(greatest(p_from, '4714-11-24 BC'), '5874897-12-31') - date '2000-01-01'
        ),
        format(
            case when p_to is not null then 'v.%I <= date ''2000-01-01'' + (%s)' end,
            p_report.day_column,
            least(greatest(p_to, '4714-11-24 BC'), '5874897-12-31') - date '2000-01-01'
        )
    );
end;
$function$;

comment on function
ledger.write_report_filter(ledger.reports, text, text, date, date, text, text)
is 'What the rows of a report are asked for, as a condition on its view.';
