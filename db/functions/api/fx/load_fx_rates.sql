create or replace function api.load_fx_rates(
    p_rates jsonb,
    p_source text,
    p_actor text default null
)
returns table (
    source text,
    received integer,
    loaded integer,
    known integer,
    first_date date,
    last_date date
)
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.load_fx_rates(3)
 *     Keeps exchange rates that one source has published, all of them or none. They are for reports
 *     only: nothing is ever posted or paid by them. Loading a rate again is harmless.
 * Parameters:
 *     p_rates   - a JSON array of up to 10,000 rates:
 *                 {"rate_date": "2025-12-30", "base": "EUR", "quote": "PEN", "rate": 3.9652} says
 *                 that one euro costs 3.9652 soles; rate may be a text of digits as well
 *     p_source  - who published them, as ECB
 *     p_actor   - who loads them; the login if it is not said
 * Returns:
 *     one row: how many were received, are new, were there before; their first and last day
 * Raises:
 *     LBARG  the source is missing
 *     LBFXA  p_rates is no array, or too long
 *     LBFXR  an item is no valid rate
 *     LCFXR  the source has another rate for that day and pair: it is never replaced
 *     LUACT  the actor is not a name
 *     LUFXS  p_source cannot be the name of a source
 * Calls:  ledger.require_fx_source, ledger.require_actor, ledger.read_fx_rates
 * Reads:  ledger.fx_rates
 * Writes: ledger.fx_rates
 * Locks:  none but those of the rows inserted
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_source constant text := ledger.require_fx_source(p_source);
    v_rates constant jsonb := p_rates;
    v_actor constant text := ledger.require_actor(p_actor);
    v_today constant date := (v_now at time zone 'UTC')::date;
    v_other record;
begin
    source := v_source;
    select
        count(*),
        min(w.rate_date),
        max(w.rate_date)
    into received, first_date, last_date
    from ledger.read_fx_rates(v_rates, v_today) as w;

    -- In key order, so that two loads of the same file do not wait for each other in a circle.
    insert into ledger.fx_rates (
        rate, loaded_at, rate_date, source, base, quote, loaded_by
    )
    select
        w.rate, v_now, w.rate_date, v_source, w.base, w.quote, v_actor
    from ledger.read_fx_rates(v_rates, v_today) as w
    order by w.base collate "C", w.rate_date, w.quote collate "C", w.item
    on conflict do nothing;
    get diagnostics loaded = row_count;
    known := received - loaded;

    if known > 0 then
        -- A statement of its own: it sees what another load has committed in between.
        select
            w.item,
            to_char(w.rate_date, 'YYYY-MM-DD') as rate_date,
            w.base,
            w.quote,
            w.rate,
            r.rate as recorded_rate
        into v_other
        from ledger.read_fx_rates(v_rates, v_today) as w
        inner join ledger.fx_rates as r
            on r.source = v_source
                and w.base = r.base
                and w.rate_date = r.rate_date
                and w.quote = r.quote
        where w.rate <> r.rate
        order by w.item
        limit 1;
        if found then
            raise exception 'the rate of %/% of % by % is %, not %',
                v_other.base, v_other.quote, v_other.rate_date, v_source, v_other.recorded_rate,
                v_other.rate
                using errcode = 'LCFXR', constraint = 'FX_RATE_CONFLICT',
                    detail = format(
                        'item=%s, source=%s, rate_date=%s, base=%s, quote=%s, rate=%s, recorded=%s',
                        v_other.item, v_source, v_other.rate_date, v_other.base, v_other.quote,
                        v_other.rate, v_other.recorded_rate
                    ),
                    hint = 'Rates are never replaced; nothing of this array was loaded.';
        end if;
    end if;
    return next;
end;
$function$;

comment on function api.load_fx_rates(jsonb, text, text)
is 'Keeps exchange rates that one source has published, for reports.';
