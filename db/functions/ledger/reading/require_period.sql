create or replace function ledger.require_period(p_from date, p_to date)
returns void
language plpgsql
immutable
as $function$
/*
 * Function: ledger.require_period(2)
 *     Checks the days of a statement.
 * Parameters:
 *     p_from, p_to  - the first and the last day
 * Raises:
 *     LBARG  one of them is missing
 *     LBPER  they are no calendar days, end before they begin, or are more than 366
 */
begin
    if num_nulls(p_from, p_to) > 0 then
        raise exception '% is missing', case when p_from is null then 'from' else 'to' end
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = format('argument=%s', case when p_from is null then 'from' else 'to' end);
    elsif least(p_from, p_to) < date '0001-01-01' or greatest(p_from, p_to) > date '9999-12-31'
        or p_to not between p_from and p_from + 365 then
        raise exception 'from and to are the first and the last of at most 366 days'
            using errcode = 'LBPER', constraint = 'PERIOD_INVALID',
                detail = format('from=%s, to=%s', p_from, p_to);
    end if;
end;
$function$;

comment on function ledger.require_period(date, date)
is 'Checks the days of a statement.';
