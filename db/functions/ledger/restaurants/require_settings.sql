create or replace function ledger.require_settings(
    p_restaurant_id text,
    p_timezone text,
    p_day_close_hour integer,
    p_settlement_delay_days integer
)
returns void
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_settings(4)
 *     Checks the arguments of api.set_restaurant.
 * Parameters:
 *     p_restaurant_id, p_timezone, p_day_close_hour, p_settlement_delay_days  - its arguments
 * Raises:
 *     LBARG  the restaurant's id is missing
 *     LURID  it is not an id
 *     LUTZN  the time zone is not known
 *     LUHRS  the hour is out of range
 *     LUDLY  the delay is out of range
 * Calls:  ledger.require_timezone
 */
begin
    if p_restaurant_id is null then
        raise exception 'restaurant_id is missing'
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = 'argument=restaurant_id';
    elsif p_restaurant_id !~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$' then
        raise exception 'restaurant_id must be 1 to 64 letters, digits or . _ : -'
            using errcode = 'LURID', constraint = 'RESTAURANT_ID_INVALID',
                detail = format('restaurant_id=%s', left(p_restaurant_id, 64));
    elsif p_day_close_hour not between 0 and 7 then
        raise exception 'day_close_hour must be from 0 to 7'
            using errcode = 'LUHRS', constraint = 'DAY_CLOSE_HOUR_INVALID',
                detail = format('day_close_hour=%s', p_day_close_hour);
    elsif p_settlement_delay_days not between 0 and 60 then
        raise exception 'settlement_delay_days must be from 0 to 60'
            using errcode = 'LUDLY', constraint = 'SETTLEMENT_DELAY_INVALID',
                detail = format('settlement_delay_days=%s', p_settlement_delay_days);
    end if;
    perform ledger.require_timezone(p_timezone);
end;
$function$;

comment on function ledger.require_settings(text, text, integer, integer)
is 'Checks the arguments of api.set_restaurant.';
