create or replace function ledger.find_fx_fault(p_rate jsonb, p_today date)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.find_fx_fault(2)
 *     What is wrong with an exchange rate as a caller gives it. A rate is a number or a text of
 *     digits: what is exact in the source's file stays exact.
 * Parameters:
 *     p_rate   - {"rate_date": "2025-12-30", "base": "EUR", "quote": "PEN", "rate": 3.9652}
 *     p_today  - the day in UTC: a rate is published at most a day ahead of it
 * Returns:
 *     the member that is wrong, rate_date, base, quote or rate; null: none is
 * Calls:  ledger.is_day_of_month
 * Reads:  ledger.currencies
 */
declare
    -- The type first, and a number's size: as text 1e131071 has 131,072 digits.
    v_day constant text := case jsonb_typeof(p_rate -> 'rate_date')
        when 'string' then p_rate ->> 'rate_date' end;
    v_base constant text := case jsonb_typeof(p_rate -> 'base')
        when 'string' then p_rate ->> 'base' end;
    v_quote constant text := case jsonb_typeof(p_rate -> 'quote')
        when 'string' then p_rate ->> 'quote' end;
    v_rate constant text := case jsonb_typeof(p_rate -> 'rate')
        when 'string' then p_rate ->> 'rate'
        when 'number' then case
            when (p_rate -> 'rate')::numeric < 1000000000000
                and (p_rate -> 'rate')::numeric > 0
                and scale((p_rate -> 'rate')::numeric) <= 20 then p_rate ->> 'rate'
        end
    end;
begin
    if (v_day ~ '^[1-9][0-9]{3}-(0[1-9]|1[0-2])-[0-9]{2}$') is not true
        or substr(v_day, 9, 2) = '00'
        or not ledger.is_day_of_month(v_day)
        or v_day::date > p_today + 1
    then
        return 'rate_date';
    elsif not exists (select from ledger.currencies as c where c.currency = v_base) then
        return 'base';
    elsif not exists (select from ledger.currencies as c where c.currency = v_quote)
        or v_quote = v_base
    then
        return 'quote';
    elsif (v_rate ~ '^[0-9]{1,12}([.][0-9]{1,20})?$') is not true
        or v_rate !~ '[1-9]'
    then
        return 'rate';
    end if;
    return null;
end;
$function$;

comment on function ledger.find_fx_fault(jsonb, date)
is 'What is wrong with an exchange rate as a caller gives it.';
