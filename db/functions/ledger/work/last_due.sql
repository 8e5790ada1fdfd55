create or replace function ledger.last_due(
    p_schedule ledger.payout_schedules,
    p_now timestamptz
)
returns timestamptz
language plpgsql
immutable
as $function$
/*
 * Function: ledger.last_due(2)
 *     When a schedule was due the last time until now. What was missed before is not made up for.
 * Parameters:
 *     p_schedule  - the schedule, which is due
 *     p_now       - the clock
 * Returns:
 *     the moment
 * Calls:  ledger.next_due
 */
declare
    -- In two months every schedule is due.
    v_due timestamptz := greatest(
        p_schedule.next_due_at,
        ledger.next_due(
            p_schedule.cadence, p_schedule.day, p_schedule.local_time, p_schedule.timezone,
            p_now - interval '62 days'
        )
    );
    v_next timestamptz := v_due;
begin
    while v_next <= p_now loop
        v_due := v_next;
        v_next := ledger.next_due(
            p_schedule.cadence, p_schedule.day, p_schedule.local_time, p_schedule.timezone, v_due
        );
    end loop;
    return v_due;
end;
$function$;

comment on function ledger.last_due(ledger.payout_schedules, timestamptz)
is 'When a schedule was due the last time until now.';
