create or replace function ledger.require_schedule(
    p_schedule_id text,
    p_cadence text,
    p_day integer,
    p_local_time text,
    p_timezone text,
    p_as_of_days integer,
    p_min_amount bigint,
    p_is_active boolean
)
returns void
language plpgsql
stable
as $function$
/*
 * Function: ledger.require_schedule(8)
 *     Checks what a schedule is to be.
 * Parameters:
 *     p_schedule_id, p_cadence, p_day, p_local_time, p_timezone, p_as_of_days, p_min_amount,
 *     p_is_active  - those of api.set_payout_schedule
 * Raises:
 *     LBARG  an argument is missing
 *     LUSCH  one of them is out of range
 *     LUTZN  the time zone is not known
 * Calls:  ledger.require_timezone
 */
declare
    v_missing constant text := case
        when p_schedule_id is null then 'schedule_id'
        when p_cadence is null then 'cadence'
        when p_local_time is null then 'local_time'
        when p_timezone is null then 'timezone'
        when p_as_of_days is null then 'as_of_days'
        when p_min_amount is null then 'min_amount'
        when p_is_active is null then 'is_active'
    end;
    v_wrong text[];
begin
    if v_missing is not null then
        raise exception '% is missing', v_missing
            using errcode = 'LBARG', constraint = 'ARGUMENT_MISSING',
                detail = format('argument=%s', v_missing);
    end if;
    perform ledger.require_timezone(p_timezone);
    v_wrong := case
        when p_schedule_id !~ '^[A-Za-z0-9][A-Za-z0-9._:-]{0,63}$'
            then
                array[
                    'schedule_id',
                    '1 to 64 letters, digits or . _ : -, the first a letter or digit'
                ]
        when p_cadence not in ('daily', 'weekly', 'monthly')
            then array['cadence', 'daily, weekly or monthly']
        when p_cadence = 'daily' and p_day is not null
            then array['day', 'left out where the cadence is daily']
        when p_cadence = 'weekly' and (p_day between 1 and 7) is not true
            then array['day', 'from 1 (Monday) to 7 (Sunday) where the cadence is weekly']
        when p_cadence = 'monthly' and (p_day between 1 and 31) is not true
            then array['day', 'from 1 to 31 where the cadence is monthly']
        when p_local_time !~ '^([01][0-9]|2[0-3]):[0-5][0-9](:[0-5][0-9])?$'
            then array['local_time', 'a time of day such as 02:30']
        when p_as_of_days not between 0 and 366 then array['as_of_days', 'from 0 to 366']
        when p_min_amount not between 0 and 9007199254740991
            then array['min_amount', 'from 0 to 9007199254740991 minor units']
    end;
    if v_wrong is not null then
        raise exception '% must be %', v_wrong[1], v_wrong[2]
            using errcode = 'LUSCH', constraint = 'PAYOUT_SCHEDULE_INVALID',
                detail = format('field=%s', v_wrong[1]);
    end if;
end;
$function$;

comment on function
ledger.require_schedule(text, text, integer, text, text, integer, bigint, boolean)
is 'Checks what a schedule is to be.';
