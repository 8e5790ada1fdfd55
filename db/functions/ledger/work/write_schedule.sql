create or replace function ledger.write_schedule(
    p_schedule ledger.payout_schedules,
    p_now timestamptz
)
returns ledger.payout_schedules
language plpgsql
volatile
as $function$
/*
 * Function: ledger.write_schedule(2)
 *     Makes a schedule, or makes it what it is to be, and records who did and what was changed.
 * Parameters:
 *     p_schedule  - what is to be; when it is due is decided here
 *     p_now       - the clock
 * Returns:
 *     the schedule as it is then
 * Calls:  ledger.next_due, ledger.record_changes
 * Writes: ledger.payout_schedules
 * Locks:  the schedule
 */
declare
    v_name constant text := 'payout_schedule ' || p_schedule.schedule_id;
    v_told constant text[] := array[
        'next_due_at', 'last_due_at', 'last_started_at', 'last_run_id', 'error', 'updated_at',
        'updated_by'
    ];
    v_old ledger.payout_schedules;
begin
    p_schedule.next_due_at := case
        when p_schedule.is_active
            then ledger.next_due(
                p_schedule.cadence, p_schedule.day, p_schedule.local_time, p_schedule.timezone,
                p_now
            )
    end;
    insert into ledger.payout_schedules
    select (p_schedule).*
    on conflict (schedule_id) do nothing;
    if not found then
        select s.*
        into strict v_old
        from ledger.payout_schedules as s
        where s.schedule_id = p_schedule.schedule_id
        for no key update;
        -- Set to the same times again, what is due already stays so.
        if (
            v_old.is_active, v_old.cadence, v_old.day, v_old.local_time, v_old.timezone
        ) is not distinct from (
            p_schedule.is_active, p_schedule.cadence, p_schedule.day, p_schedule.local_time,
            p_schedule.timezone
        ) then
            p_schedule.next_due_at := v_old.next_due_at;
        end if;
        p_schedule.last_due_at := v_old.last_due_at;
        p_schedule.last_started_at := v_old.last_started_at;
        p_schedule.last_run_id := v_old.last_run_id;
        update ledger.payout_schedules as s
        set
            currency = p_schedule.currency,
            cadence = p_schedule.cadence,
            day = p_schedule.day,
            local_time = p_schedule.local_time,
            timezone = p_schedule.timezone,
            as_of_days = p_schedule.as_of_days,
            min_amount = p_schedule.min_amount,
            is_active = p_schedule.is_active,
            next_due_at = p_schedule.next_due_at,
            error = null,
            updated_at = p_schedule.updated_at,
            updated_by = p_schedule.updated_by
        where s.schedule_id = p_schedule.schedule_id;
    end if;
    perform ledger.record_changes(
        '',
        case
            when v_old.schedule_id is null then '{}'
            else jsonb_build_object(v_name, to_jsonb(v_old) - v_told)
        end,
        jsonb_build_object(v_name, to_jsonb(p_schedule) - v_told),
        p_schedule.updated_by,
        p_now
    );
    return p_schedule;
end;
$function$;

comment on function ledger.write_schedule(ledger.payout_schedules, timestamptz)
is 'Makes a schedule, or makes it what it is to be.';
