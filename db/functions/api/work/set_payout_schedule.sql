create or replace function api.set_payout_schedule(
    p_schedule_id text,
    p_currency text,
    p_cadence text,
    p_local_time text,
    p_timezone text,
    p_day integer default null,
    p_as_of_days integer default 1,
    p_min_amount bigint default 1,
    p_is_active boolean default true,
    p_actor text default null
)
returns ledger.schedule_answer
language plpgsql
volatile
security definer
set search_path = pg_catalog, pg_temp
as $function$
/*
 * Function: api.set_payout_schedule(10)
 *     Makes a schedule by which payout runs begin, or makes it what it is to be: all of it. Every
 *     change is kept with who (api.list_setting_changes). Set to other times, or active again, it
 *     is due after now; what it was due for before is not made up for.
 * Parameters:
 *     p_schedule_id  - the platform's name of it
 *     p_currency     - ISO 4217 code, in either case, in which its runs pay
 *     p_cadence      - daily, weekly or monthly
 *     p_local_time   - time of day such as 02:30, which no change of the clocks skips or doubles
 *     p_timezone     - IANA name of its time zone
 *     p_day          - of the week, 1 (Monday) to 7, or of the month; in a month without it: the
 *                      last. None for daily
 *     p_as_of_days   - its runs pay up to so many days before the day on which they are due:
 *                      1 is yesterday
 *     p_min_amount   - minor units; who has less, or less than its terms' minimum, waits
 *     p_is_active    - whether it starts anything
 *     p_actor        - who sets it; by default the login
 * Returns:
 *     the schedule; see api.list_payout_schedules
 * Raises:
 *     LBARG  an argument is missing
 *     LUACT  the actor is no name
 *     LUCUR  the currency is not one of ISO 4217
 *     LUSCH  one of the others is out of range
 *     LUTZN  the time zone is not known
 * Calls:  ledger.require_currency, ledger.require_schedule, ledger.require_actor,
 *         ledger.write_schedule, ledger.answer_schedule
 * Locks:  the schedule
 */
declare
    v_now constant timestamptz := clock_timestamp();
    v_schedule ledger.payout_schedules;
begin
    v_schedule.currency := ledger.require_currency(p_currency);
    perform ledger.require_schedule(
        p_schedule_id, p_cadence, p_day, p_local_time, p_timezone, p_as_of_days, p_min_amount,
        p_is_active
    );
    v_schedule.schedule_id := p_schedule_id;
    v_schedule.cadence := p_cadence;
    v_schedule.day := p_day;
    v_schedule.local_time := p_local_time::time;
    v_schedule.timezone := p_timezone;
    v_schedule.as_of_days := p_as_of_days;
    v_schedule.min_amount := p_min_amount;
    v_schedule.is_active := p_is_active;
    v_schedule.updated_at := v_now;
    v_schedule.updated_by := ledger.require_actor(p_actor);
    v_schedule := ledger.write_schedule(v_schedule, v_now);
    return ledger.answer_schedule(v_schedule);
end;
$function$;

comment on function
api.set_payout_schedule(
    text, text, text, text, text, integer, integer, bigint, boolean, text
)
is 'Makes a schedule by which payout runs begin, or makes it what it is to be.';
