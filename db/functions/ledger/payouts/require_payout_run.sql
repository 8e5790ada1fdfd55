create or replace function ledger.require_payout_run(
    p_currency text,
    p_as_of date,
    p_min_amount bigint,
    p_dry_run boolean,
    p_now timestamptz
)
returns text
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_payout_run(5)
 *     Checks the arguments of a payout run.
 * Parameters:
 *     p_currency, p_as_of, p_min_amount, p_dry_run  - those of api.run_payouts
 *     p_now                                         - the clock
 * Returns:
 *     the currency in upper case
 * Raises:
 *     LBARG  an argument is missing
 *     LBDAT  p_as_of is not a calendar day
 *     LUCUR  the currency is not one of ISO 4217
 *     LUFUT  p_as_of is a day that has not come, neither in UTC nor for any restaurant
 *     LUMIN  p_min_amount is negative or too large
 * Calls:  ledger.require_currency, ledger.find_latest_day
 */
declare
    v_missing constant text := case
        when p_as_of is null then 'as_of'
        when p_min_amount is null then 'min_amount'
        when p_dry_run is null then 'dry_run'
    end;
    v_currency constant text := ledger.require_currency(p_currency);
    v_today date;
begin
    if v_missing is not null then
        raise exception '% is missing', v_missing
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = format('argument=%s', v_missing);
    elsif not isfinite(p_as_of) then
        raise exception 'as_of must be a calendar day'
            using errcode = 'LBDAT', constraint = 'AS_OF_INVALID',
                detail = format('as_of=%s', to_jsonb(p_as_of) #>> '{}');
    elsif (p_min_amount between 0 and 9007199254740991) is not true then
        raise exception 'min_amount must be from 0 to 9007199254740991 minor units'
            using errcode = 'LUMIN', constraint = 'MIN_AMOUNT_INVALID',
                detail = format('min_amount=%s', p_min_amount);
    end if;

    v_today := (p_now at time zone 'UTC')::date;
    if p_as_of > v_today then
        v_today := ledger.find_latest_day(p_now);
    end if;
    if p_as_of > v_today then
        raise exception 'as_of % lies in the future', to_jsonb(p_as_of) #>> '{}'
            using errcode = 'LUFUT', constraint = 'AS_OF_IN_FUTURE',
                detail = format(
                    'as_of=%s, today=%s', to_jsonb(p_as_of) #>> '{}', to_jsonb(v_today) #>> '{}'
                );
    end if;
    return v_currency;
end;
$function$;

comment on function ledger.require_payout_run(text, date, bigint, boolean, timestamptz)
is 'Checks the arguments of a payout run.';
