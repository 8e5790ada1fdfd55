create or replace function ledger.start_scheduled_run(
    p_schedule ledger.payout_schedules,
    p_now timestamptz
)
returns ledger.payout_schedules
language plpgsql
volatile
as $function$
/*
 * Function: ledger.start_scheduled_run(2)
 *     Queues the run for which a schedule is due, once, and says when it is due again. What stands
 *     in the way is kept with the schedule, which is then due still, and stops no other.
 * Parameters:
 *     p_schedule  - the schedule, due, whose row the caller has locked
 *     p_now       - the clock
 * Returns:
 *     the schedule as it is then
 * Calls:  ledger.known_timezones, ledger.last_due, ledger.due_day, ledger.find_latest_day,
 *         ledger.open_payout_run, ledger.next_due
 * Reads:  ledger.payout_runs
 * Writes: ledger.payout_schedules
 */
declare
    v_before constant text := p_schedule.error;
    v_due timestamptz;
    v_as_of date;
    v_run ledger.payout_runs;
begin
    if ledger.known_timezones(array[p_schedule.timezone]) = '{}' then
        p_schedule.error := format(
            'time zone %s is not known to this server', quote_literal(p_schedule.timezone)
        );
    else
        v_due := ledger.last_due(p_schedule, p_now);
        v_as_of := ledger.due_day(v_due, p_schedule.local_time, p_schedule.timezone)
        - p_schedule.as_of_days;
        p_schedule.error := case
            when v_as_of > ledger.find_latest_day(p_now)
                then format('as_of %s has not come for any restaurant', to_jsonb(v_as_of) #>> '{}')
        end;
    end if;
    if p_schedule.error is null then
        -- A clock that went back must not have it twice.
        if not exists (
            select
            from ledger.payout_runs as r
            where r.schedule_id = p_schedule.schedule_id
                and r.due_at = v_due
        ) then
            v_run := ledger.open_payout_run(
                p_schedule.currency, v_as_of, p_schedule.min_amount, null, p_now,
                p_is_queued => true, p_schedule_id => p_schedule.schedule_id, p_due_at => v_due
            );
            p_schedule.last_due_at := v_due;
            p_schedule.last_started_at := p_now;
            p_schedule.last_run_id := v_run.run_id;
        end if;
        p_schedule.next_due_at := ledger.next_due(
            p_schedule.cadence, p_schedule.day, p_schedule.local_time, p_schedule.timezone, v_due
        );
    elsif p_schedule.error = v_before then
        return p_schedule;
    end if;
    update ledger.payout_schedules as s
    set
        next_due_at = p_schedule.next_due_at,
        last_due_at = p_schedule.last_due_at,
        last_started_at = p_schedule.last_started_at,
        last_run_id = p_schedule.last_run_id,
        error = p_schedule.error
    where s.schedule_id = p_schedule.schedule_id;
    return p_schedule;
end;
$function$;

comment on function ledger.start_scheduled_run(ledger.payout_schedules, timestamptz)
is 'Queues the run for which a schedule is due, once, and says when it is due again.';
