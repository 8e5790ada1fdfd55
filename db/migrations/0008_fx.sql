-- Exchange rates, for reports only, and the list of reports.

create table ledger.fx_rates (
    rate numeric not null,
    loaded_at timestamptz not null,
    rate_date date not null,
    source text collate "C" not null,
    base text collate "C" not null,
    quote text collate "C" not null,
    loaded_by text not null,
    constraint fx_rates_pkey primary key (source, base, rate_date, quote),
    constraint fx_rates_base_fkey foreign key (base) references ledger.currencies (currency),
    constraint fx_rates_quote_fkey foreign key (quote) references ledger.currencies (currency),
    constraint fx_rates_source_format_check check (source ~ '^[A-Z][A-Z0-9._-]{0,31}$'),
    constraint fx_rates_two_currencies_check check (base <> quote),
    -- NaN is greater than every number, and infinity is, too
    constraint fx_rates_rate_range_check
    check (rate > 0 and rate < 1000000000000 and scale(rate) <= 20)
);
-- With the key it gives the newest rates of a pair, whichever of the two currencies comes first.
create index fx_rates_source_quote_rate_date_base_idx
on ledger.fx_rates (source, quote, rate_date, base);
comment on table ledger.fx_rates is
'Exchange rates as their sources published them, for reports only: nothing that posts or pays '
'reads them. Append-only: another rate for the same day and pair of a source is refused.';
comment on column ledger.fx_rates.rate is
'What one unit of base costs in units of quote: whole units, not minor ones.';
comment on column ledger.fx_rates.loaded_at is 'When it was loaded here.';
comment on column ledger.fx_rates.rate_date is 'The day for which the source published it.';
comment on column ledger.fx_rates.source is
'Who published it, in upper case: ECB, SBS. Rates of two sources are never combined.';
comment on column ledger.fx_rates.base is 'The currency of which one unit is priced.';
comment on column ledger.fx_rates.quote is 'The currency in which the price is told.';
comment on column ledger.fx_rates.loaded_by is 'Who loaded it.';

create table ledger.reports (
    report text collate "C" not null,
    view_name text collate "C" not null,
    key_columns text collate "C" not null,
    day_column text collate "C",
    constraint reports_pkey primary key (report)
);
comment on table ledger.reports is
'The reports that api.get_report gives: rows of a file, each a view of schema reporting.';
comment on column ledger.reports.report is 'Its name, as a caller says it.';
comment on column ledger.reports.view_name is
'The view of schema reporting; its comment is the report''s title.';
comment on column ledger.reports.key_columns is
'The columns that tell its rows apart and order them, with commas between: texts and days.';
comment on column ledger.reports.day_column is
'The column that from and to are about; null: it has no such day.';
