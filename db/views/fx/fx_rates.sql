create or replace view reporting.fx_rates
with (security_barrier) as
select
    r.source,
    r.rate_date,
    r.base,
    r.quote,
    r.rate,
    r.loaded_at,
    r.loaded_by
from ledger.fx_rates as r;

comment on view reporting.fx_rates is
'Exchange rates as their sources published them, for reports only: the ledger never converts.';
comment on column reporting.fx_rates.source is 'Who published it.';
comment on column reporting.fx_rates.rate_date is 'The day for which it was published.';
comment on column reporting.fx_rates.base is 'The currency of which one unit is priced.';
comment on column reporting.fx_rates.quote is 'The currency in which the price is told.';
comment on column reporting.fx_rates.rate is
'What one unit of base costs in units of quote, exactly as published.';
comment on column reporting.fx_rates.loaded_at is 'When it was loaded here.';
comment on column reporting.fx_rates.loaded_by is 'Who loaded it.';
