create or replace function ledger.require_currency(p_currency text)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_currency(1)
 *     The currency that an argument names, in upper case.
 * Parameters:
 *     p_currency  - ISO 4217 code, in either case
 * Returns:
 *     the code
 * Raises:
 *     LBARG  the argument is missing
 *     LUCUR  there is no such currency
 * Reads:  ledger.currencies
 */
declare
    v_currency constant text := upper(p_currency collate "C");
begin
    if p_currency is null then
        raise exception 'currency is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING', detail = 'argument=currency';
    elsif not exists (
        select
        from ledger.currencies as c
        where c.currency = v_currency
    ) then
        raise exception 'currency % is none of ISO 4217', quote_literal(left(p_currency, 20))
            using errcode = 'LUCUR', constraint = 'CURRENCY_UNKNOWN',
                detail = format('currency=%s', left(p_currency, 20));
    end if;
    return v_currency;
end;
$function$;

comment on function ledger.require_currency(text)
is 'The currency that an argument names, in upper case.';
