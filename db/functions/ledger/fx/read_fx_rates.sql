create or replace function ledger.read_fx_rates(p_rates jsonb, p_today date)
returns table (
    item integer,
    rate_date date,
    base text,
    quote text,
    rate numeric
)
language plpgsql
stable
as $function$
/*
 * Function: ledger.read_fx_rates(2)
 *     The exchange rates of an array, if every one of them is valid.
 * Parameters:
 *     p_rates  - a JSON array, see ledger.find_fx_fault
 *     p_today  - the day in UTC
 * Returns:
 *     a row a rate, with its place in the array from 1
 * Raises:
 *     LBFXA  p_rates is no array, or has more than 10,000 items
 *     LBFXR  an item is no valid rate; the detail names the first one and its member
 * Calls:  ledger.find_fx_fault
 */
declare
    v_item integer;
    v_field text;
    v_value jsonb;
begin
    if (jsonb_typeof(p_rates) = 'array' and jsonb_array_length(p_rates) <= 10000) is not true then
        raise exception 'rates must be a JSON array of at most 10000 items'
            using errcode = 'LBFXA', constraint = 'FX_RATES_NOT_ARRAY',
                detail = format('type=%s', coalesce(jsonb_typeof(p_rates), 'null'));
    end if;

    select
        f.item,
        f.field
    into v_item, v_field
    from (
        select
            n.item,
            ledger.find_fx_fault(n.rate, p_today) as field
        from jsonb_array_elements(p_rates) with ordinality as n (rate, item)
    ) as f
    where f.field is not null
    order by f.item
    limit 1;
    if found then
        v_value := p_rates -> (v_item - 1) -> v_field;
        raise exception '% of rate % is not valid: %', v_field, v_item, case
            when v_value is null then 'it is missing'
            when jsonb_typeof(v_value) in ('string', 'number') then left(v_value #>> '{}', 40)
            else 'it is ' || jsonb_typeof(v_value)
        end
            using errcode = 'LBFXR', constraint = 'FX_RATE_INVALID',
                detail = format('item=%s, field=%s', v_item, v_field),
                hint = 'rate_date is a day that has come, as 2025-12-30; base and quote are two '
                'currencies; rate is a decimal above 0 of up to 12 and 20 digits.';
    end if;

    return query
    select
        n.item::integer,
        (n.rate ->> 'rate_date')::date,
        n.rate ->> 'base',
        n.rate ->> 'quote',
        (n.rate ->> 'rate')::numeric
    from jsonb_array_elements(p_rates) with ordinality as n (rate, item);
end;
$function$;

comment on function ledger.read_fx_rates(jsonb, date)
is 'The exchange rates of an array, if every one of them is valid.';
