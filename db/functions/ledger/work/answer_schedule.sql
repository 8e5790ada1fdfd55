create or replace function ledger.answer_schedule(p_schedule ledger.payout_schedules)
returns ledger.schedule_answer
language sql
immutable
as $function$
/*
 * Function: ledger.answer_schedule(1)
 *     A schedule as callers see it.
 * Parameters:
 *     p_schedule  - the schedule
 * Returns:
 *     one row
 */
    select
        p_schedule.schedule_id,
        p_schedule.currency,
        p_schedule.cadence,
        p_schedule.day,
        p_schedule.local_time,
        p_schedule.timezone,
        p_schedule.as_of_days,
        p_schedule.min_amount,
        p_schedule.is_active,
        p_schedule.next_due_at,
        p_schedule.last_due_at,
        p_schedule.last_started_at,
        p_schedule.last_run_id,
        p_schedule.error,
        p_schedule.updated_at,
        p_schedule.updated_by;
$function$;

comment on function ledger.answer_schedule(ledger.payout_schedules)
is 'A schedule as callers see it.';
